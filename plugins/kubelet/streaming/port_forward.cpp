#include "port_forward.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

#include "signal.h"

namespace kubus::kubelet {
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr std::size_t kPodBlock = 16 * 1024;
// A client that has seen the pod's end and sends nothing for so long will not end its own side.
constexpr std::chrono::milliseconds kLinger{500};

class Carrier {
 public:
  Carrier(LocalSocket& pod, ByteChannel& client)
      : pod_(pod), client_(client), pod_ended_(pod.get_executor()) {}

  asio::awaitable<void> run() {
    co_await ((to_pod() && to_client()) || client_.wait_broken() || linger());
  }

 private:
  // What the pod no longer takes is still read, so that it does not hold up the other channels of
  // the connection.
  asio::awaitable<void> to_pod() {
    for (;;) {
      const auto bytes = co_await client_.read();
      if (bytes.empty()) break;
      ++pieces_;
      if (!pod_reads_) continue;
      const auto [error, size] = co_await asio::async_write(pod_, asio::buffer(bytes), kAwaitTuple);
      pod_reads_ = !error;
    }
    boost::system::error_code ignored;
    pod_.shutdown(LocalSocket::shutdown_send, ignored);
  }

  asio::awaitable<void> to_client() {
    std::string block(kPodBlock, '\0');
    for (;;) {
      const auto [error, size] = co_await pod_.async_read_some(asio::buffer(block), kAwaitTuple);
      if (error || !co_await client_.write(std::string_view(block).substr(0, size))) break;
    }
    client_.finish();
    pod_writes_ = false;
    pod_ended_.notify();
  }

  asio::awaitable<void> linger() {
    while (pod_writes_) co_await pod_ended_.wait();
    asio::steady_timer timer(pod_.get_executor());
    for (auto before = pieces_ - 1; pod_reads_ && before != pieces_;) {
      before = pieces_;
      timer.expires_after(kLinger);
      co_await timer.async_wait(kAwaitTuple);
    }
  }

  LocalSocket& pod_;
  ByteChannel& client_;
  Signal pod_ended_;
  std::size_t pieces_ = 0;
  bool pod_reads_ = true;
  bool pod_writes_ = true;
};

asio::awaitable<void> carry(std::shared_ptr<LocalSocket> pod, ByteChannelPtr client) {
  co_await Carrier(*pod, *client).run();
}

}  // namespace

asio::awaitable<void> forward_port(std::shared_ptr<PortDialer> dialer, int port,
                                   ByteChannelPtr data, ByteChannelPtr error) {
  auto dialled = co_await (dialer->dial(port) || data->wait_broken());
  if (const auto* answer = std::get_if<PortDialer::Dialled>(&dialled)) {
    if (answer->socket)
      co_await carry(answer->socket, data);
    else
      co_await error->write("error forwarding port " + std::to_string(port) + " to pod " +
                            dialer->pod() + ", uid : " + answer->error);
  }
  data->finish();
  data->abandon();
  error->finish();
}

Result<int> parse_forward_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (port > 0) return static_cast<int>(port);
    return Status(Code::kBadRequest, "port \"" + std::string(text) + "\" must be > 0");
  }
  return Status(
      Code::kBadRequest,
      "unable to parse \"" + std::string(text) + "\" as a port: strconv.ParseUint: parsing \"" +
          std::string(text) + "\": " +
          (error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax"));
}

}  // namespace kubus::kubelet
