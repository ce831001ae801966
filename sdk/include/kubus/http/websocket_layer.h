// A taken-over connection as Beast's WebSocket stream wants the layer below it.
//
// Thread safety: as ByteStream.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <utility>

#include "kubus/http/byte_stream.h"

namespace kubus::http {

class WebSocketLayer {
 public:
  using executor_type = ByteStream::executor_type;
  explicit WebSocketLayer(std::unique_ptr<ByteStream> bytes) : bytes_(std::move(bytes)) {}

  executor_type get_executor() { return bytes_->get_executor(); }
  void close() { bytes_->close(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return bytes_->async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return bytes_->async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  std::unique_ptr<ByteStream> bytes_;
};

// Found by Beast: how the layer ends after the closing handshake, and when it was not finished in
// time.
template <class Handler>
void async_teardown(boost::beast::role_type, WebSocketLayer& layer, Handler&& handler) {
  layer.close();
  boost::asio::post(layer.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
    handler(boost::system::error_code());
  });
}
inline void beast_close_socket(WebSocketLayer& layer) { layer.close(); }

}  // namespace kubus::http
