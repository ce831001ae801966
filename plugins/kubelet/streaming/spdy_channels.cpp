#include "spdy_channels.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>
#include <set>

#include "signal.h"
#include "spdy_session.h"
#include "terminal_size.h"

namespace kubus::kubelet {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kProtocols[] = {"v4.channel.k8s.io", "v3.channel.k8s.io",
                                           "v2.channel.k8s.io", "channel.k8s.io"};
constexpr std::chrono::milliseconds kPatience{30'000};
constexpr std::size_t kLongestSize = 1024;

class SpdyStreams;
using StreamsReady = UniqueFunction<void(std::shared_ptr<SpdyStreams>)>;

// The streams of one client, and what it sent that nobody has taken yet.
class SpdyStreams final : public spdy::SessionUser,
                          public std::enable_shared_from_this<SpdyStreams> {
 public:
  SpdyStreams(const asio::any_io_executor& executor, const StreamOptions& options, bool resizes,
              StreamsReady ready)
      : executor_(executor), ready_(std::move(ready)), changed_(executor), patience_(executor) {
    wanted_ = {"error"};
    if (options.in) wanted_.insert("stdin");
    if (options.out) wanted_.insert("stdout");
    if (options.err) wanted_.insert("stderr");
    if (options.tty && resizes) wanted_.insert("resize");
  }

  void begin(const std::shared_ptr<spdy::Session>& session, std::chrono::milliseconds patience) {
    session_ = session;
    patience_.expires_after(patience);
    patience_.async_wait([weak = session_](boost::system::error_code cancelled) {
      if (auto late = weak.lock(); late && !cancelled) late->close();
    });
  }

  bool accepts(const http::Headers& headers) override {
    const std::string type(headers.get("streamtype"));
    return wanted_.contains(type) && !streams_.contains(type);
  }
  void opened(spdy::StreamPtr stream) override;
  void closed() override {
    patience_.cancel();
    closed_ = true;
    changed_.notify();
  }

  const asio::any_io_executor& executor() const { return executor_; }
  spdy::StreamPtr stream(const char* type) const {
    const auto found = streams_.find(type);
    return found == streams_.end() ? nullptr : found->second;
  }
  std::shared_ptr<spdy::Session> session() const { return session_.lock(); }

  asio::awaitable<std::optional<Input>> take() {
    while (!input_ && !closed_) co_await changed_.wait();
    if (closed_) co_return std::nullopt;
    changed_.notify();
    co_return std::exchange(input_, std::nullopt);
  }
  asio::awaitable<void> wait_closed() {
    while (!closed_) co_await changed_.wait();
  }

 private:
  asio::awaitable<void> put(Input input) {
    while (input_ && !closed_) co_await changed_.wait();
    input_ = std::move(input);
    changed_.notify();
  }
  asio::awaitable<void> read_stdin(spdy::StreamPtr from);
  asio::awaitable<void> read_sizes(spdy::StreamPtr from);

  const asio::any_io_executor executor_;
  StreamsReady ready_;
  std::weak_ptr<spdy::Session> session_;
  std::set<std::string> wanted_;
  std::map<std::string, spdy::StreamPtr> streams_;
  Signal changed_;  // input_ or closed_
  std::optional<Input> input_;
  bool closed_ = false;
  asio::steady_timer patience_;
};

class SpdyChannels final : public RemoteChannels {
 public:
  SpdyChannels(std::shared_ptr<SpdyStreams> streams, bool status)
      : streams_(std::move(streams)), status_(status) {}
  ~SpdyChannels() override { SpdyChannels::close(); }

  asio::any_io_executor executor() override { return streams_->executor(); }
  asio::awaitable<std::optional<Input>> next() override { return streams_->take(); }

  asio::awaitable<bool> write(Output output, std::string_view data) override {
    const auto stream = streams_->stream(output == Output::kStdout ? "stdout" : "stderr");
    co_return !stream || co_await stream->write(data);
  }

  asio::awaitable<void> finish(const SessionResult& result) override {
    for (const char* type : {"stdout", "stderr"})
      if (const auto stream = streams_->stream(type)) stream->finish();
    const auto text = status_ ? status_json(result) : status_text(result);
    const auto error = streams_->stream("error");
    if (!text.empty()) co_await error->write(text);
    error->finish();
    if (const auto session = streams_->session()) session->finish();
    co_await streams_->wait_closed();
  }

  void close() override {
    if (const auto session = streams_->session()) session->close();
  }

 private:
  const std::shared_ptr<SpdyStreams> streams_;
  const bool status_;
};

void SpdyStreams::opened(spdy::StreamPtr stream) {
  const std::string type(stream->headers().get("streamtype"));
  if (type == "stdin") asio::co_spawn(executor_, read_stdin(stream), asio::detached);
  if (type == "resize") asio::co_spawn(executor_, read_sizes(stream), asio::detached);
  streams_.emplace(type, std::move(stream));
  if (streams_.size() < wanted_.size()) return;
  patience_.cancel();
  std::exchange(ready_, {})(shared_from_this());
}

asio::awaitable<void> SpdyStreams::read_stdin(spdy::StreamPtr from) {
  const auto self = shared_from_this();
  for (;;) {
    Input input;
    input.data = co_await from->read();
    const bool end = input.data.empty();
    if (end) input.kind = Input::Kind::kStdinEnd;
    co_await put(std::move(input));
    if (end) co_return;
  }
}

// Objects of JSON that hold no others, one behind the other.
asio::awaitable<void> SpdyStreams::read_sizes(spdy::StreamPtr from) {
  const auto self = shared_from_this();
  std::string text;
  for (;;) {
    const auto bytes = co_await from->read();
    if (bytes.empty()) co_return;
    text.append(bytes);
    for (auto end = text.find('}'); end != std::string::npos; end = text.find('}')) {
      if (auto size = parse_terminal_size(std::string_view(text).substr(0, end + 1)))
        co_await put(std::move(*size));
      text.erase(0, end + 1);
    }
    if (text.size() > kLongestSize) co_return from->abandon();
  }
}

}  // namespace

void wait_for_spdy_channels(std::unique_ptr<http::ByteStream> connection, std::string_view protocol,
                            const StreamOptions& options, ChannelsReady ready,
                            std::chrono::milliseconds patience) {
  const bool status = protocol == kProtocols[0];
  const bool resizes = status || protocol == kProtocols[1];
  auto streams = std::make_shared<SpdyStreams>(
      connection->get_executor(), options, resizes,
      [status, ready = std::move(ready)](std::shared_ptr<SpdyStreams> complete) {
        ready(std::make_unique<SpdyChannels>(std::move(complete), status));
      });
  const auto session = std::make_shared<spdy::Session>(std::move(connection), streams);
  streams->begin(session, patience);
  session->start();
}

void open_spdy(const std::shared_ptr<http::Exchange>& exchange, const StreamOptions& options,
               ChannelsReady ready) {
  auto negotiated = negotiate_spdy(exchange->request(), kProtocols);
  if (auto* refusal = std::get_if<http::Response>(&negotiated))
    return exchange->respond(std::move(*refusal));
  const auto& protocol = std::get<std::string>(negotiated);
  upgrade_to_spdy(exchange, protocol,
                  [protocol, options,
                   ready = std::move(ready)](std::unique_ptr<http::ByteStream> connection) mutable {
                    wait_for_spdy_channels(std::move(connection), protocol, options,
                                           std::move(ready), kPatience);
                  });
}

}  // namespace kubus::kubelet
