#include "respond/router_words.h"

#include <array>

#include "request/media_type.h"

namespace kubus::apiserver {
namespace {

constexpr std::array<std::string_view, 4> kPatchTypes = {
    "application/json-patch+json", "application/merge-patch+json",
    "application/strategic-merge-patch+json", "application/apply-patch+yaml"};

meta_v1::Status refusal(int code, const char* reason, std::string message) {
  meta_v1::Status status;
  status.mutable_metadata();
  status.set_status("Failure");
  status.set_message(std::move(message));
  status.set_reason(reason);
  status.mutable_details();
  status.set_code(code);
  return status;
}

// The same text: patterns other than that for everything match nothing here.
bool lists(std::string_view types, std::string_view type) {
  while (!types.empty()) {
    const auto end = types.find(", ");
    if (types.substr(0, end) == type) return true;
    if (end == std::string_view::npos) break;
    types.remove_prefix(end + 2);
  }
  return false;
}

}  // namespace

std::optional<meta_v1::Status> refused_accept(const http::Request& request,
                                              std::string_view makes) {
  auto accept = request.headers.get("Accept");
  if (media_type(accept).empty()) return std::nullopt;
  while (!accept.empty()) {
    const auto end = accept.find(',');
    const auto type = media_type(accept.substr(0, end));
    if (type == "*/*" || lists(makes, type)) return std::nullopt;
    if (end == std::string_view::npos) break;
    accept.remove_prefix(end + 1);
  }
  return refusal(406, "NotAcceptable",
                 "406: Not Acceptable\n\nAvailable representations: " + std::string(makes));
}

Status not_acceptable(std::string_view types) {
  return Status(Code::kNotAcceptable,
                "only the following media types are accepted: " + std::string(types));
}

std::optional<meta_v1::Status> refused_patch(const http::Request& request) {
  const auto type = media_type(request.headers.get("Content-Type"));
  for (const auto known : kPatchTypes)
    if (type == known) return std::nullopt;
  return refusal(415, "UnsupportedMediaType", "415: Unsupported Media Type");
}

}  // namespace kubus::apiserver
