#include "kubus/plugin.h"

#include <algorithm>
#include <cstring>
#include <exception>

#include "plugin/outcome.h"

namespace kubus {
namespace {

// Not errors, so they have no code of their own; told apart by the details.
constexpr const char* kSkipMark = "kubus/skip";
constexpr const char* kStartingMark = "kubus/starting";

void fill(kubus_error* error, const Status& status) {
  if (!error || error->struct_size < sizeof(kubus_error)) return;
  error->code = static_cast<std::uint32_t>(status.code());
  const std::size_t length = std::min(status.message().size(), sizeof error->message - 1);
  std::memcpy(error->message, status.message().data(), length);
  error->message[length] = '\0';
}

int outcome_of(kubus_error* error, const Status& status) {
  if (status.ok()) return detail::kOutcomeReady;
  fill(error, status);
  if (status.details() == kSkipMark) return detail::kOutcomeSkipped;
  if (status.details() == kStartingMark) return detail::kOutcomeStarting;
  return detail::kOutcomeFailed;
}

}  // namespace

Status Plugin::skip(std::string reason) {
  Status status(Code::kUnknown, std::move(reason));
  status.with_details(kSkipMark);
  return status;
}

Status Plugin::starting() {
  Status status(Code::kUnknown, "starting");
  status.with_details(kStartingMark);
  return status;
}

void Plugin::ready() {
  if (auto* context = dynamic_cast<detail::StartableContext*>(&context_)) context->plugin_ready();
}

namespace detail {

Context& context_of(kubus_host* host) { return *reinterpret_cast<Context*>(host); }

int guard(kubus_error* error, const std::function<Status()>& body) {
  try {
    return outcome_of(error, body());
  } catch (const std::exception& thrown) {
    return outcome_of(error, Status(Code::kInternalError,
                                    std::string("exception left the plugin: ") + thrown.what()));
  } catch (...) {
    return outcome_of(error, Status(Code::kInternalError, "unknown exception left the plugin"));
  }
}

}  // namespace detail
}  // namespace kubus
