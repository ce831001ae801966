#include "port_forward_spdy.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>

#include "port_forward.h"
#include "spdy_session.h"

namespace kubus::kubelet {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kPort = "port";
constexpr std::string_view kType = "streamtype";
constexpr std::string_view kRequest = "requestid";
constexpr std::string_view kData = "data";
constexpr std::string_view kError = "error";

// Older clients name no request. They open the error stream first and the data stream right behind.
std::string request_of(const spdy::Stream& stream) {
  const auto id = stream.headers().get(kRequest);
  if (!id.empty()) return std::string(id);
  return std::to_string(stream.headers().get(kType) == kError ? stream.id() : stream.id() - 2);
}

asio::awaitable<void> last_words(spdy::StreamPtr stream, std::string text) {
  co_await stream->write(text);
  stream->finish();
}

class PortForwards final : public spdy::SessionUser,
                           public std::enable_shared_from_this<PortForwards> {
 public:
  PortForwards(const asio::any_io_executor& executor, std::shared_ptr<PortDialer> dialer,
               std::chrono::milliseconds creation_timeout)
      : executor_(executor), dialer_(std::move(dialer)), creation_timeout_(creation_timeout) {}

  bool accepts(const http::Headers& headers) override {
    const auto type = headers.get(kType);
    return parse_forward_port(headers.get(kPort)).ok() && (type == kData || type == kError);
  }

  void opened(spdy::StreamPtr stream) override {
    const auto request = request_of(*stream);
    const auto [place, fresh] = pairs_.try_emplace(request, executor_);
    Pair& pair = place->second;
    if (fresh) expect_other(pair, request);
    const auto type = stream->headers().get(kType);
    auto& slot = type == kError ? pair.error : pair.data;
    if (slot) {
      stream->reset(spdy::Reset::kCancel);
      if (pair.error)
        spawn(last_words(pair.error, "error processing stream for request " + request + ": " +
                                         std::string(type) + " stream already assigned"));
      return;
    }
    slot = std::move(stream);
    if (!pair.error || !pair.data) return;
    const int port = *parse_forward_port(pair.data->headers().get(kPort));
    spawn(forward_port(dialer_, port, pair.data, pair.error));
    pairs_.erase(place);
  }

  void closed() override { pairs_.clear(); }

 private:
  struct Pair {
    explicit Pair(const asio::any_io_executor& executor) : patience(executor) {}
    spdy::StreamPtr error, data;
    asio::steady_timer patience;
  };

  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(executor_, std::move(work), asio::detached);
  }

  void expect_other(Pair& pair, const std::string& request) {
    pair.patience.expires_after(creation_timeout_);
    pair.patience.async_wait(
        [weak = weak_from_this(), request](boost::system::error_code cancelled) {
          const auto self = weak.lock();
          if (self && !cancelled) self->give_up(request);
        });
  }

  void give_up(const std::string& request) {
    const auto node = pairs_.extract(request);
    if (node.empty()) return;
    const Pair& pair = node.mapped();
    if (pair.data) pair.data->reset(spdy::Reset::kCancel);
    if (pair.error)
      spawn(last_words(pair.error, "(request=" + request + ") timed out waiting for streams"));
  }

  const asio::any_io_executor executor_;
  const std::shared_ptr<PortDialer> dialer_;
  const std::chrono::milliseconds creation_timeout_;
  std::map<std::string, Pair> pairs_;  // that lack a stream
};

}  // namespace

void serve_port_forward_spdy(std::unique_ptr<http::ByteStream> connection,
                             std::shared_ptr<PortDialer> dialer,
                             std::chrono::milliseconds creation_timeout) {
  auto user = std::make_shared<PortForwards>(connection->get_executor(), std::move(dialer),
                                             creation_timeout);
  std::make_shared<spdy::Session>(std::move(connection), std::move(user))->start();
}

}  // namespace kubus::kubelet
