#include "log_messages.h"

#include "reply.h"

namespace kubus::kubelet {
namespace {

http::MessageOptions log_options(std::string_view subprotocol, bool base64) {
  http::MessageOptions options;
  options.subprotocol = subprotocol;
  options.base64 = base64;
  options.binary = !base64;
  return options;
}

}  // namespace

std::variant<http::MessageOptions, http::Response> log_messages(const http::Request& request) {
  if (auto refused = http::refused_handshake(request)) return std::move(*refused);
  const auto offered = http::offered_subprotocols(request);
  if (offered.empty()) return log_options({}, false);
  for (const auto name : offered) {
    if (name == "binary.k8s.io") return log_options(name, false);
    if (name == "base64.binary.k8s.io") return log_options(name, true);
  }
  return text_reply(400, "none of the offered subprotocols is known");
}

}  // namespace kubus::kubelet
