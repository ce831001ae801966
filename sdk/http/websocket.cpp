#include "kubus/http/websocket.h"

namespace kubus::http {
namespace {

Response bad_handshake(const std::string& why) {
  Response response;
  response.status = 400;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("Sec-WebSocket-Version", "13");
  response.body.push_back(Bytes(why + "\n"));
  return response;
}

}  // namespace

bool is_websocket(const Request& request) {
  return request.headers.has_token("Connection", "upgrade") &&
         request.headers.has_token("Upgrade", "websocket");
}

std::vector<std::string_view> offered_subprotocols(const Request& request) {
  return request.headers.values("Sec-WebSocket-Protocol");
}

std::optional<Response> refused_handshake(const Request& request) {
  if (request.method != "GET") return bad_handshake("a WebSocket begins with GET");
  if (request.headers.get("Sec-WebSocket-Version") != "13")
    return bad_handshake("missing or unknown Sec-WebSocket-Version");
  // 16 bytes in base64.
  constexpr std::size_t kKey = 24;
  if (request.headers.get("Sec-WebSocket-Key").size() != kKey)
    return bad_handshake("missing or malformed Sec-WebSocket-Key");
  return std::nullopt;
}

}  // namespace kubus::http
