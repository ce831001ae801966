#include "tunnel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "kubus/http/websocket_stream.h"
#include "signal.h"

namespace kubus::kubelet {
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

// Lives until its last operation has ended.
class Tunnel : public std::enable_shared_from_this<Tunnel> {
 public:
  using Error = http::ByteStream::Error;
  using Done = http::ByteStream::Done;

  explicit Tunnel(std::unique_ptr<http::WebSocketStream> stream)
      : stream_(std::move(stream)), guard_(stream_->get_executor()) {
    stream_->binary(true);
  }

  asio::any_io_executor executor() { return stream_->get_executor(); }

  void read(asio::mutable_buffer into, Done done) {
    stream_->async_read_some(into, [self = shared_from_this(), into, done = std::move(done)](
                                       Error error, std::size_t size) mutable {
      if (!error && !self->stream_->got_binary()) error = beast::websocket::error::bad_data_frame;
      if (error == beast::websocket::error::closed) error = asio::error::eof;
      // An empty message is no end.
      if (!error && size == 0 && into.size() > 0) return self->read(into, std::move(done));
      done(error, size);
    });
  }

  void write(asio::const_buffer data, Done done) {
    stream_->async_write(data, [self = shared_from_this(), done = std::move(done)](
                                   Error error, std::size_t size) mutable { done(error, size); });
  }

  void close() {
    if (std::exchange(closed_, true)) return;
    guard_.expires_after(std::chrono::seconds(1));
    guard_.async_wait([self = shared_from_this()](Error cancelled) {
      if (!cancelled) self->stream_->next_layer().next_layer().close();
    });
    stream_->async_close(beast::websocket::close_code::normal, [self = shared_from_this()](Error) {
      self->guard_.cancel();
      self->stream_->next_layer().next_layer().close();
    });
  }

 private:
  const std::unique_ptr<http::WebSocketStream> stream_;
  asio::steady_timer guard_;
  bool closed_ = false;
};

class TunnelStream final : public http::ByteStream {
 public:
  explicit TunnelStream(std::unique_ptr<http::WebSocketStream> stream)
      : tunnel_(std::make_shared<Tunnel>(std::move(stream))) {}
  ~TunnelStream() override { tunnel_->close(); }

  executor_type get_executor() override { return tunnel_->executor(); }
  void read(asio::mutable_buffer into, Done done) override { tunnel_->read(into, std::move(done)); }
  void write(asio::const_buffer data, Done done) override { tunnel_->write(data, std::move(done)); }
  void close() override { tunnel_->close(); }

 private:
  const std::shared_ptr<Tunnel> tunnel_;
};

asio::awaitable<void> accept_tunnel(std::unique_ptr<http::ByteStream> connection,
                                    http::WebSocketUpgrade upgrade, std::string subprotocol,
                                    TunnelReady ready) {
  auto stream = http::make_websocket(std::move(connection));
  const bool accepted = co_await http::accept_websocket(*stream, upgrade, subprotocol);
  if (accepted) ready(std::make_unique<TunnelStream>(std::move(stream)));
}

}  // namespace

void open_tunnel(const std::shared_ptr<http::Exchange>& exchange, std::string subprotocol,
                 TunnelReady ready) {
  exchange->take_over([subprotocol = std::move(subprotocol), ready = std::move(ready),
                       upgrade = http::to_websocket_upgrade(exchange->request())](
                          std::unique_ptr<http::ByteStream> connection) mutable {
    const auto executor = connection->get_executor();
    asio::co_spawn(executor,
                   accept_tunnel(std::move(connection), std::move(upgrade), std::move(subprotocol),
                                 std::move(ready)),
                   asio::detached);
  });
}

}  // namespace kubus::kubelet
