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

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

bool is_websocket(const http::Request& request) {
  return request.headers.has_token("Connection", "upgrade") &&
         request.headers.has_token("Upgrade", "websocket");
}

std::optional<WebSocketDialect> choose_dialect(const http::Request& request) {
  bool offers = false;
  for (const auto& [field, value] : request.headers.fields()) {
    if (!http::iequals(field, "Sec-WebSocket-Protocol")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto comma = rest.find(',');
      const auto name = trim(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      offers = offers || !name.empty();
      for (const auto& known : kKnown)
        if (known.name == name) return known;
    }
  }
  if (offers) return std::nullopt;
  return WebSocketDialect{};
}

}  // namespace kubus::kubelet
