#include "request/number.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "respond/api_errors.h"

namespace kubus::apiserver {

Result<std::optional<std::int64_t>> read_number(const Query& query, std::string_view name) {
  if (!query.has(name)) return std::optional<std::int64_t>();
  auto text = query.get(name);
  const auto refuse = [&](const char* why) {
    return errors::bad_request("strconv.ParseInt: parsing \"" + std::string(query.get(name)) +
                               "\": " + why);
  };
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument)
    return refuse("invalid syntax");
  if (error != std::errc()) return refuse("value out of range");
  return std::optional<std::int64_t>(value);
}

Result<std::int64_t> parse_version(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool number = end == text.data() + text.size() && error != std::errc::invalid_argument;
  // No revision is beyond what is signed, so that none of them is meant.
  if (number && error == std::errc())
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
  return Status(Code::kUnknown, "strconv.ParseUint: parsing \"" + std::string(text) +
                                    (number ? "\": value out of range" : "\": invalid syntax"));
}

}  // namespace kubus::apiserver
