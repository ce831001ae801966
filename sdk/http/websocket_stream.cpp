#include "kubus/http/websocket_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kubus::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::websocket::stream_base;

WebSocketUpgrade to_websocket_upgrade(const Request& request) {
  WebSocketUpgrade upgrade(beast::http::string_to_verb(request.method), request.target, 11);
  for (const auto& [name, value] : request.headers.fields()) upgrade.insert(name, value);
  return upgrade;
}

std::unique_ptr<WebSocketStream> make_websocket(std::unique_ptr<ByteStream> connection) {
  auto stream = std::make_unique<WebSocketStream>(WebSocketLayer(std::move(connection)));
  stream->set_option(stream_base::timeout{std::chrono::seconds(10), stream_base::none(), false});
  stream->auto_fragment(false);
  return stream;
}

asio::awaitable<bool> accept_websocket(WebSocketStream& stream, const WebSocketUpgrade& upgrade,
                                       std::string subprotocol) {
  if (!subprotocol.empty())
    stream.set_option(
        stream_base::decorator([subprotocol](beast::websocket::response_type& response) {
          response.set(beast::http::field::sec_websocket_protocol, subprotocol);
        }));
  const auto [error] = co_await stream.async_accept(upgrade, asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

}  // namespace kubus::http
