#include "websocket.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "kubus/api/base64.h"
#include "kubus/http/websocket_stream.h"
#include "signal.h"
#include "websocket_message.h"

namespace kubus::kubelet {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

constexpr std::size_t kLargestMessage = 16 * 1024 * 1024;

class WebSocketChannels final : public RemoteChannels {
 public:
  WebSocketChannels(std::unique_ptr<http::ByteStream> bytes, const StreamOptions& options,
                    WebSocketDialect dialect)
      : stream_(http::make_websocket(std::move(bytes))),
        options_(options),
        dialect_(std::move(dialect)) {
    stream_->read_message_max(kLargestMessage);
    stream_->text(dialect_.base64);
  }

  asio::awaitable<bool> accept(const http::WebSocketUpgrade& upgrade) {
    const bool accepted = co_await http::accept_websocket(*stream_, upgrade, dialect_.name);
    if (!accepted) co_return false;
    // An empty message tells the client that it is connected.
    const auto channel = options_.out   ? Channel::kStdout
                         : options_.err ? Channel::kStderr
                                        : Channel::kError;
    co_return co_await send(channel, {});
  }

  asio::any_io_executor executor() override { return stream_->get_executor(); }

  asio::awaitable<std::optional<Input>> next() override {
    for (;;) {
      beast::flat_buffer buffer;
      const auto [error, size] = co_await stream_->async_read(buffer, kAwaitTuple);
      if (error) co_return std::nullopt;
      const std::string_view message(static_cast<const char*>(buffer.data().data()), size);
      auto input = read_message(message, dialect_);
      if (input && (options_.in || input->kind == Input::Kind::kResize)) co_return input;
    }
  }

  asio::awaitable<bool> write(Output output, std::string_view data) override {
    const bool wanted = output == Output::kStdout ? options_.out : options_.err;
    if (!wanted) co_return true;
    co_return co_await send(output == Output::kStdout ? Channel::kStdout : Channel::kStderr, data);
  }

  asio::awaitable<void> finish(const SessionResult& result) override {
    const auto text = dialect_.status ? status_json(result) : status_text(result);
    if (!text.empty() && !co_await send(Channel::kError, text)) co_return;
    co_await stream_->async_close(websocket::close_code::normal, kAwaitTuple);
  }

  void close() override { stream_->next_layer().next_layer().close(); }

 private:
  asio::awaitable<bool> send(Channel channel, std::string_view data) {
    const auto head = message_head(channel, dialect_);
    const auto body = dialect_.base64 ? encode_base64(data) : std::string();
    const std::array<asio::const_buffer, 2> buffers{
        asio::buffer(&head, 1), asio::buffer(dialect_.base64 ? std::string_view(body) : data)};
    const auto [error, size] = co_await stream_->async_write(buffers, kAwaitTuple);
    co_return !error;
  }

  const std::unique_ptr<http::WebSocketStream> stream_;
  const StreamOptions options_;
  const WebSocketDialect dialect_;
};

}  // namespace

void open_websocket(const std::shared_ptr<http::Exchange>& exchange, const StreamOptions& options,
                    WebSocketDialect dialect, ChannelsReady ready) {
  exchange->take_over([options, dialect = std::move(dialect), ready = std::move(ready),
                       upgrade = http::to_websocket_upgrade(exchange->request())](
                          std::unique_ptr<http::ByteStream> bytes) mutable {
    auto channels =
        std::make_unique<WebSocketChannels>(std::move(bytes), options, std::move(dialect));
    const auto executor = channels->executor();
    asio::co_spawn(
        executor,
        [channels = std::move(channels), upgrade = std::move(upgrade),
         ready = std::move(ready)]() mutable -> asio::awaitable<void> {
          if (co_await channels->accept(upgrade)) ready(std::move(channels));
        },
        asio::detached);
  });
}

}  // namespace kubus::kubelet
