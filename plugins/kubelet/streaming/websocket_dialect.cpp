#include <array>

#include "websocket.h"

namespace kubus::kubelet {
namespace {

const std::array<WebSocketDialect, 5> kKnown = {{
    {"v5.channel.k8s.io", false, true, true},
    {"v4.channel.k8s.io", false, true, false},
    {"v4.base64.channel.k8s.io", true, true, false},
    {"channel.k8s.io", false, false, false},
    {"base64.channel.k8s.io", true, false, false},
}};

}  // namespace

std::optional<WebSocketDialect> choose_dialect(const http::Request& request) {
  const auto offered = http::offered_subprotocols(request);
  for (const auto name : offered)
    for (const auto& known : kKnown)
      if (known.name == name) return known;
  if (!offered.empty()) return std::nullopt;
  return WebSocketDialect{};
}

}  // namespace kubus::kubelet
