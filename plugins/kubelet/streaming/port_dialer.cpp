#include "port_dialer.h"

#include "bus_call.h"
#include "kubus/runtime.h"

namespace kubus::kubelet {
namespace asio = boost::asio;

namespace {

// The runtime tries two addresses for ten seconds each.
constexpr std::chrono::seconds kDialTimeout{25};

class RuntimeDialer final : public PortDialer {
 public:
  RuntimeDialer(bus::Client& bus, std::string sandbox) : bus_(bus), sandbox_(std::move(sandbox)) {}

  const std::string& pod() const override { return sandbox_; }

  asio::awaitable<Dialled> dial(int port) override {
    runtime::PortForwardRequest request;
    request.set_sandbox_id(sandbox_);
    request.set_port(port);
    bus::CallOptions options;
    options.timeout = kDialTimeout;
    const auto reply =
        co_await call_async(bus_, runtime::kPortForward, std::move(request), std::move(options));
    if (!reply->ok()) co_return Dialled{nullptr, reply->status().message()};
    auto socket = std::make_shared<LocalSocket>(co_await asio::this_coro::executor);
    const auto [error] = co_await socket->async_connect(
        asio::local::stream_protocol::endpoint((*reply)->socket()), kAwaitTuple);
    if (error) co_return Dialled{nullptr, "session of the runtime: " + error.message()};
    co_return Dialled{std::move(socket), {}};
  }

 private:
  bus::Client& bus_;
  const std::string sandbox_;
};

}  // namespace

std::shared_ptr<PortDialer> dial_by_runtime(bus::Client& bus, std::string sandbox_id) {
  return std::make_shared<RuntimeDialer>(bus, std::move(sandbox_id));
}

}  // namespace kubus::kubelet
