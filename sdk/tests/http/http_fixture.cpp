#include "http_fixture.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "kubus/http/websocket.h"

namespace kubus::testing {
namespace asio = boost::asio;

namespace {

void echo_bytes(std::unique_ptr<http::ByteStream> taken) {
  std::shared_ptr<http::ByteStream> stream = std::move(taken);
  asio::co_spawn(
      stream->get_executor(),
      [stream]() -> asio::awaitable<void> {
        http::Headers headers;
        headers.add("Upgrade", "echo");
        co_await asio::async_write(*stream, asio::buffer(http::switching_protocols(headers)),
                                   asio::use_awaitable);
        char block[100];
        for (;;) {
          const auto size =
              co_await stream->async_read_some(asio::buffer(block), asio::use_awaitable);
          co_await asio::async_write(*stream, asio::buffer(block, size), asio::use_awaitable);
          if (std::string_view(block, size).ends_with("bye")) co_return stream->close();
        }
      },
      asio::detached);
}

// Writes a block whenever the one before has left.
void stream_slowly(http::Exchange& exchange) {
  auto body = exchange.stream({});
  struct Writer {
    static void next(std::shared_ptr<http::BodyStream> body, int left) {
      if (left == 0) return body->finish();
      if (!body->write({Bytes(std::string(kSlowBlock, 'x'))})) return;
      body->when_below(0, [body, left] { next(body, left - 1); });
    }
  };
  Writer::next(std::move(body), kSlowBlocks);
}

}  // namespace

void Echo::handle(std::shared_ptr<http::Exchange> exchange) {
  auto& request = exchange->request();
  if (request.path() == "/drop") return;
  if (request.path() == "/late") {
    if (request.query() != "patient") exchange->answer_within(std::chrono::milliseconds(1));
    std::lock_guard lock(mutex_);
    late_.push_back(std::move(exchange));
    return;
  }
  if (request.path() == "/switch")
    return exchange->take_over(
        [](std::unique_ptr<http::ByteStream> stream) { echo_bytes(std::move(stream)); });
  if (request.path() == "/slow") return stream_slowly(*exchange);
  if (request.path() == "/open") return open(*exchange);
  if (request.path() == "/stream") {
    http::Response head;
    head.headers.add("Content-Type", "text/plain");
    auto body = exchange->stream(std::move(head));
    body->write({Bytes::copy("one "), Bytes::copy("two")});
    body->finish();
    return;
  }
  http::Response response;
  response.headers.add("Content-Type", "text/plain");
  if (request.path() == "/fields")
    for (const auto& [name, value] : request.headers.fields())
      response.body.push_back(Bytes(name + ": " + value + "\n"));
  response.body.push_back(Bytes(request.method + " " + request.target + " " +
                                request.peer.common_name + (request.peer.rejected ? "!" : "") +
                                " " + (request.body_unread ? "unread" : request.body)));
  if (request.path() == "/big") response.body.push_back(Bytes(std::string(300'000, 'x')));
  exchange->respond(std::move(response));
}

void Echo::open(http::Exchange& exchange) {
  auto stream = http::is_websocket(exchange.request()) ? http::open_messages(exchange, {})
                                                       : exchange.stream({});
  stream->on_close([this] {
    std::lock_guard lock(mutex_);
    ++closed_;
  });
  stream->write({Bytes::copy("open")});
  std::lock_guard lock(mutex_);
  open_ = std::move(stream);
}

http::Response Echo::failure(int status, std::string message) {
  http::Response response;
  response.status = status;
  response.body.push_back(Bytes(std::move(message)));
  return response;
}

void Echo::answer_late_ones() {
  std::vector<std::shared_ptr<http::Exchange>> late;
  {
    std::lock_guard lock(mutex_);
    late.swap(late_);
  }
  for (const auto& exchange : late) exchange->respond(http::Response());
}

std::size_t Echo::late_ones() {
  std::lock_guard lock(mutex_);
  return late_.size();
}

void Echo::watch_late_ones() {
  std::lock_guard lock(mutex_);
  for (const auto& exchange : late_)
    exchange->on_leave([this] {
      std::lock_guard inner(mutex_);
      ++told_;
    });
}

std::size_t Echo::told() {
  std::lock_guard lock(mutex_);
  return told_;
}

std::shared_ptr<http::BodyStream> Echo::open_stream() {
  std::lock_guard lock(mutex_);
  return open_;
}

std::size_t Echo::closed_streams() {
  std::lock_guard lock(mutex_);
  return closed_;
}

void HttpTest::SetUp() {
  ca_ = *pki::make_ca("test-ca", std::chrono::hours(1));
  other_ca_ = *pki::make_ca("test-ca", std::chrono::hours(1));
  http::Limits limits;
  limits.header_bytes = 8 * 1024;
  start(limits);
}

void HttpTest::start(const http::Limits& limits) {
  pki::Request server;
  server.subject.common_name = "server";
  server.use = pki::Use::kServer;
  server.addresses = {"127.0.0.1"};
  const auto pair = *pki::issue(ca_, server);
  auto tls = *http::ServerTls::make(pair.certificate_pem, pair.key_pem, ca_.certificate_pem);
  http::ServerOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.limits = limits;
  server_ = std::make_unique<http::Server>(options, tls, echo_);
  ASSERT_TRUE(server_->start().ok());
}

pki::Pair HttpTest::client_pair(const pki::Pair& ca) {
  pki::Request request;
  request.subject = {"jane", {"dev", "ops"}};
  return *pki::issue(ca, request);
}

}  // namespace kubus::testing
