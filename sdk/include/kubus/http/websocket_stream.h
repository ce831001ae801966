// Beast's WebSocket stream over a connection that was taken over, and its opening.
//
// Thread safety: as ByteStream.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_stream.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <string>

#include "kubus/http/byte_stream.h"
#include "kubus/http/message.h"
#include "kubus/http/websocket_layer.h"

namespace kubus::http {

using WebSocketStream = boost::beast::websocket::stream<boost::beast::flat_stream<WebSocketLayer>>;
using WebSocketUpgrade = boost::beast::http::request<boost::beast::http::empty_body>;

WebSocketUpgrade to_websocket_upgrade(const Request& request);
// Messages are sent whole; pings of the peer are answered; there is no deadline once it is open.
std::unique_ptr<WebSocketStream> make_websocket(std::unique_ptr<ByteStream> connection);
// The server's side of the handshake; `subprotocol` may be empty. False when it fails.
boost::asio::awaitable<bool> accept_websocket(WebSocketStream& stream,
                                              const WebSocketUpgrade& upgrade,
                                              std::string subprotocol);

}  // namespace kubus::http
