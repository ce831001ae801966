// What the questions to conversion webhooks come to, as series with the names of the reference.
//
// Thread safety: a free function, from any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace kubus::apiserver {

struct ConversionFacts {
  std::string definition;  // "crontabs.example.com"
  std::string from, to;    // versions: "v1"
  // Empty: the webhook converted. Else the kind of failure.
  std::string_view failure;
  std::chrono::duration<double> took{};
};

namespace conversion_failure {
inline constexpr std::string_view kCall = "conversion_webhook_call_failure";
inline constexpr std::string_view kMalformed = "conversion_webhook_malformed_response_failure";
inline constexpr std::string_view kPartial = "conversion_webhook_partial_response_failure";
inline constexpr std::string_view kInvalid = "conversion_webhook_invalid_converted_object_failure";
}  // namespace conversion_failure

void count_conversion(const ConversionFacts& facts);

}  // namespace kubus::apiserver
