#include "port_forward_websocket.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "inbox.h"
#include "kubus/api/base64.h"
#include "kubus/http/websocket_stream.h"
#include "port_forward.h"

namespace kubus::kubelet {
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::string_view kBinary = "v4.channel.k8s.io";
constexpr std::string_view kBase64 = "v4.base64.channel.k8s.io";
constexpr std::size_t kUnread = 1024 * 1024;
constexpr std::size_t kLargestMessage = 1024 * 1024;
// The channel is one byte of a message.
constexpr std::size_t kMostPorts = 128;

class PortSocket : public std::enable_shared_from_this<PortSocket> {
 public:
  PortSocket(std::unique_ptr<http::WebSocketStream> stream, bool base64)
      : stream_(std::move(stream)), base64_(base64), room_(stream_->get_executor()) {
    stream_->binary(!base64);
    stream_->read_message_max(kLargestMessage);
  }

  void start(const std::vector<int>& ports, std::shared_ptr<PortDialer> dialer);

  asio::any_io_executor executor() { return stream_->get_executor(); }
  http::WebSocketStream& stream() { return *stream_; }
  bool gone() const { return gone_; }
  // One message at a time; those of other channels wait.
  asio::awaitable<bool> send(unsigned char channel, std::string_view data);
  void consumed(std::size_t bytes) {
    unread_ -= bytes;
    room_.notify();
  }

 private:
  class PortChannel;
  using PortChannelPtr = std::shared_ptr<PortChannel>;

  asio::awaitable<void> serve(int port, std::shared_ptr<PortDialer> dialer, PortChannelPtr data,
                              PortChannelPtr error);
  asio::awaitable<void> read_all();
  void take(std::string_view message);

  const std::unique_ptr<http::WebSocketStream> stream_;
  const bool base64_;
  Signal room_;  // less unread, or the last message has been sent
  std::vector<PortChannelPtr> channels_;
  std::size_t open_ = 0;
  std::size_t unread_ = 0;
  bool sending_ = false;
  bool gone_ = false;
};

class PortSocket::PortChannel final : public ByteChannel {
 public:
  PortChannel(std::weak_ptr<PortSocket> socket, const asio::any_io_executor& executor,
              unsigned char number)
      : socket_(std::move(socket)), number_(number), inbox_(executor, [this](std::size_t bytes) {
          if (auto owner = socket_.lock()) owner->consumed(bytes);
        }) {}

  asio::awaitable<std::string_view> read() override { return inbox_.read(); }
  asio::awaitable<bool> write(std::string_view data) override {
    const auto owner = socket_.lock();
    co_return owner && !inbox_.broken() && co_await owner->send(number_, data);
  }
  // The protocol has no word for the end of one channel.
  void finish() override {}
  void abandon() override { inbox_.break_off(); }
  bool broken() const override { return inbox_.broken(); }
  asio::awaitable<void> wait_broken() override { return inbox_.wait_broken(); }
  Inbox& inbox() { return inbox_; }

 private:
  const std::weak_ptr<PortSocket> socket_;
  const unsigned char number_;
  Inbox inbox_;
};

asio::awaitable<bool> PortSocket::send(unsigned char channel, std::string_view data) {
  const auto self = shared_from_this();
  while (sending_ && !gone_) co_await room_.wait();
  if (gone_) co_return false;
  sending_ = true;
  std::string message(1, static_cast<char>(base64_ ? '0' + channel : channel));
  message.append(base64_ ? encode_base64(data) : data);
  const auto [error, size] = co_await stream_->async_write(asio::buffer(message), kAwaitTuple);
  sending_ = false;
  room_.notify();
  co_return !error;
}

void PortSocket::take(std::string_view message) {
  if (message.empty()) return;
  const auto number = static_cast<unsigned char>(message[0] - (base64_ ? '0' : 0));
  // Errors go one way.
  if (number >= channels_.size() || number % 2 != 0) return;
  auto& inbox = channels_[number]->inbox();
  if (inbox.broken()) return;
  auto data = message.substr(1);
  Result<std::string> decoded = base64_ ? decode_base64(data) : std::string();
  if (!decoded.ok()) return;
  if (base64_) data = *decoded;
  unread_ += data.size();
  inbox.put(data);
}

asio::awaitable<void> PortSocket::read_all() {
  const auto self = shared_from_this();
  beast::flat_buffer buffer;
  for (;;) {
    while (unread_ >= kUnread) co_await room_.wait();
    const auto [error, size] = co_await stream_->async_read(buffer, kAwaitTuple);
    if (error) break;
    take({static_cast<const char*>(buffer.data().data()), size});
    buffer.consume(size);
  }
  gone_ = true;
  room_.notify();
  for (const auto& channel : channels_) channel->abandon();
  stream_->next_layer().next_layer().close();
}

asio::awaitable<void> PortSocket::serve(int port, std::shared_ptr<PortDialer> dialer,
                                        PortChannelPtr data, PortChannelPtr error) {
  const auto self = shared_from_this();
  const char number[] = {static_cast<char>(port & 0xff), static_cast<char>(port >> 8)};
  for (const auto& channel : {data, error}) co_await channel->write({number, sizeof number});
  co_await forward_port(std::move(dialer), port, std::move(data), std::move(error));
  if (--open_ == 0 && !gone_)
    co_await stream_->async_close(beast::websocket::close_code::normal, kAwaitTuple);
}

void PortSocket::start(const std::vector<int>& ports, std::shared_ptr<PortDialer> dialer) {
  for (std::size_t i = 0; i < 2 * ports.size(); ++i)
    channels_.push_back(
        std::make_shared<PortChannel>(weak_from_this(), executor(), static_cast<unsigned char>(i)));
  open_ = ports.size();
  asio::co_spawn(executor(), read_all(), asio::detached);
  for (std::size_t i = 0; i < ports.size(); ++i)
    asio::co_spawn(executor(), serve(ports[i], dialer, channels_[2 * i], channels_[2 * i + 1]),
                   asio::detached);
}

asio::awaitable<void> open_ports(std::unique_ptr<http::ByteStream> connection,
                                 http::WebSocketUpgrade upgrade, std::string_view subprotocol,
                                 std::vector<int> ports, std::shared_ptr<PortDialer> dialer) {
  auto stream = http::make_websocket(std::move(connection));
  if (!co_await http::accept_websocket(*stream, upgrade, std::string(subprotocol))) co_return;
  std::make_shared<PortSocket>(std::move(stream), subprotocol == kBase64)
      ->start(ports, std::move(dialer));
}

}  // namespace

Result<std::vector<int>> forwarded_ports(const http::Query& query) {
  const auto values = query.all("port");
  if (values.empty()) return Status(Code::kBadRequest, "query parameter \"port\" is required");
  std::vector<int> ports;
  for (const auto& value : values) {
    if (value.empty()) return Status(Code::kBadRequest, "query parameter \"port\" cannot be empty");
    for (std::string_view rest = value;;) {
      const auto comma = rest.find(',');
      const auto port = parse_forward_port(rest.substr(0, comma));
      if (!port.ok()) return port.status();
      ports.push_back(*port);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  if (ports.size() > kMostPorts)
    return Status(Code::kBadRequest, "at most " + std::to_string(kMostPorts) + " ports at once");
  return ports;
}

void serve_port_forward_websocket(const std::shared_ptr<http::Exchange>& exchange,
                                  std::vector<int> ports, std::shared_ptr<PortDialer> dialer) {
  const auto& headers = exchange->request().headers;
  std::string_view subprotocol;
  for (const auto known : {kBase64, kBinary})
    if (headers.has_token("Sec-WebSocket-Protocol", known)) subprotocol = known;
  exchange->take_over([subprotocol, ports = std::move(ports), dialer = std::move(dialer),
                       upgrade = http::to_websocket_upgrade(exchange->request())](
                          std::unique_ptr<http::ByteStream> connection) mutable {
    const auto executor = connection->get_executor();
    asio::co_spawn(executor,
                   open_ports(std::move(connection), std::move(upgrade), subprotocol,
                              std::move(ports), std::move(dialer)),
                   asio::detached);
  });
}

}  // namespace kubus::kubelet
