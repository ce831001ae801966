// Requests that are passed on, to a server of the test's own that answers what it is told to.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "http2_client.h"
#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"
#include "tls_client.h"

namespace kubus {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Takes one connection, answers its first request with `answer`, then keeps the connection until
// the other side closes it.
class Backend {
 public:
  explicit Backend(std::string answer)
      : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this, answer = std::move(answer)] { serve(answer); }) {}
  ~Backend() { join(); }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  // Waits for the connection's end: its head, and everything behind it.
  std::pair<std::string, std::string> join() {
    if (thread_.joinable()) thread_.join();
    return {head_, rest_};
  }

 private:
  void serve(const std::string& answer) {
    tcp::socket socket = acceptor_.accept();
    std::string buffer;
    const auto size = asio::read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n");
    head_ = buffer.substr(0, size);
    rest_ = buffer.substr(size);
    asio::write(socket, asio::buffer(answer));
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(rest_), end);
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::string head_, rest_;
  std::thread thread_;
};

class Forwarder final : public http::Handler {
 public:
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    http::Upstream upstream;
    upstream.host = "127.0.0.1";
    upstream.port = port;
    upstream.target = "/there";
    for (const char* name : {"Sec-WebSocket-Protocol", "X-Stream-Protocol-Version"})
      if (const auto value = exchange->request().headers.get(name); !value.empty())
        upstream.headers.add(name, std::string(value));
    upstream.failed = [](const std::string& error) {
      http::Response response;
      response.status = 503;
      response.body.push_back(Bytes::copy(error));
      return response;
    };
    if (refuses_redirects)
      upstream.redirected = [] {
        http::Response response;
        response.status = 502;
        return response;
      };
    upstream.answer.add("X-Ours", "1");
    upstream.on_status = [this](int status) { answered = status; };
    upstream.held = std::shared_ptr<void>(nullptr, [this](void*) { released.set_value(); });
    exchange->forward(std::move(upstream));
  }
  http::Response failure(int status, std::string) override { return {status, {}, {}}; }
  std::uint16_t port = 0;
  bool refuses_redirects = false;
  std::atomic<int> answered{0};  // the status of the one request
  std::promise<void> released;  // once what is held for the one request has been dropped
};

class ForwardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ca_ = *pki::make_ca("test-ca", std::chrono::hours(1));
    pki::Request request;
    request.subject.common_name = "server";
    request.use = pki::Use::kServer;
    request.addresses = {"127.0.0.1"};
    const auto pair = *pki::issue(ca_, request);
    http::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    server_ = std::make_unique<http::Server>(
        options, *http::ServerTls::make(pair.certificate_pem, pair.key_pem, ca_.certificate_pem),
        forwarder_);
    ASSERT_TRUE(server_->start().ok());
  }
  void TearDown() override { server_->stop(std::chrono::milliseconds(100)); }
  std::unique_ptr<testing::TlsClient> ask(const std::string& behind = "") {
    auto client = std::make_unique<testing::TlsClient>(server_->port(), ca_.certificate_pem);
    client->send(
        "GET /here HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
        "X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n" +
        behind);
    return client;
  }

  Forwarder forwarder_;
  pki::Pair ca_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(ForwardTest, AnUpgradeCarriesBytesBothWaysFromTheFirst) {
  Backend backend(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
      "X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\nfirst");
  forwarder_.port = backend.port();
  auto client = ask("early");
  EXPECT_EQ(client->until("\r\n\r\n"),
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
            "X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n");
  EXPECT_EQ(client->until("first"), "first");
  client->send(" late");
  client.reset();
  const auto [head, rest] = backend.join();
  EXPECT_EQ(head.rfind("GET /there HTTP/1.1\r\n", 0), 0U) << head;
  for (const char* field : {"\r\nConnection: Upgrade\r\n", "\r\nUpgrade: SPDY/3.1\r\n",
                            "\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n"})
    EXPECT_NE(head.find(field), std::string::npos) << head;
  EXPECT_EQ(rest, "early late");
}

TEST_F(ForwardTest, ARefusedUpgradeReachesTheClientAndEndsBothConnections) {
  Backend backend(
      "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nX-Accepted: v1\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n");
  forwarder_.port = backend.port();
  auto client = ask();
  const auto answer = client->rest();
  EXPECT_EQ(answer.rfind("HTTP/1.1 403 Forbidden\r\n", 0), 0U) << answer;
  for (const char* part : {"\r\nContent-Type: text/plain\r\n", "\r\nX-Accepted: v1\r\n",
                           "\r\nConnection: close\r\n", "\r\nContent-Length: 3\r\n",
                           "\r\nX-Ours: 1\r\n"})
    EXPECT_NE(answer.find(part), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nno!")) << answer;
  EXPECT_EQ(backend.join().second, "");
}

// A second request, behind one that asks for another protocol: nobody has checked it, and the other
// side would believe it as it believes us.
constexpr const char* kSmuggled =
    "GET /secrets HTTP/1.1\r\nHost: x\r\nX-Remote-Group: system:masters\r\n\r\n";

TEST_F(ForwardTest, NothingIsSmuggledBehindAnUpgradeThatIsRefused) {
  Backend backend("HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!");
  forwarder_.port = backend.port();
  const auto answer = ask(kSmuggled)->rest();
  EXPECT_TRUE(answer.ends_with("\r\n\r\nno!")) << answer;
  EXPECT_EQ(backend.join().second, "");
}

TEST_F(ForwardTest, NothingIsSmuggledBehindAnUpgradeThatIsNotCaredFor) {
  Backend backend("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist");
  forwarder_.port = backend.port();
  auto client = ask(kSmuggled);
  EXPECT_EQ(client->until("\r\n\r\nlist").rfind("HTTP/1.1 200 ", 0), 0U);
  client->send(kSmuggled);
  client.reset();
  EXPECT_EQ(backend.join().second, "");
}

TEST_F(ForwardTest, NothingIsSmuggledBehindAnOrdinaryRequest) {
  Backend backend("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist");
  forwarder_.port = backend.port();
  auto client = std::make_unique<testing::TlsClient>(server_->port(), ca_.certificate_pem);
  client->send(std::string("GET /here HTTP/1.1\r\nHost: x\r\n\r\n") + kSmuggled);
  client->until("\r\n\r\nlist");
  client->send(kSmuggled);
  client.reset();
  EXPECT_EQ(backend.join().second, "");
}

TEST_F(ForwardTest, NobodySwitchesProtocolsUnasked) {
  Backend backend(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  forwarder_.port = backend.port();
  testing::TlsClient client(server_->port(), ca_.certificate_pem);
  client.send("GET /here HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.rest().rfind("HTTP/1.1 503 ", 0), 0U);
  EXPECT_EQ(backend.join().second, "");
}

TEST_F(ForwardTest, SaysWhyThereIsNoConnection) {
  {
    asio::io_context io;
    tcp::acceptor gone(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    forwarder_.port = gone.local_endpoint().port();
  }
  const auto answer = ask()->rest();
  EXPECT_EQ(answer.rfind("HTTP/1.1 503 ", 0), 0U) << answer;
  EXPECT_TRUE(answer.ends_with("dial tcp 127.0.0.1:" + std::to_string(forwarder_.port) +
                               ": connect: connection refused"))
      << answer;
}

constexpr const char* kRedirect =
    "HTTP/1.1 302 Found\r\nlocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n";

TEST_F(ForwardTest, ARedirectIsPassedOnUnlessItIsRefused) {
  Backend backend(kRedirect);
  forwarder_.port = backend.port();
  auto client = ask();
  EXPECT_EQ(client->until("\r\n\r\n"),
            "HTTP/1.1 302 Found\r\nX-Ours: 1\r\nlocation: https://elsewhere/\r\n"
            "Content-Length: 0\r\n\r\n");
  client.reset();
  forwarder_.released.get_future().wait();
}

TEST_F(ForwardTest, ARefusedRedirectIsAnsweredInItsPlace) {
  forwarder_.refuses_redirects = true;
  Backend backend(kRedirect);
  forwarder_.port = backend.port();
  const auto answer = ask()->rest();
  EXPECT_EQ(answer.rfind("HTTP/1.1 502 ", 0), 0U) << answer;
  EXPECT_EQ(answer.find("elsewhere"), std::string::npos);
  forwarder_.released.get_future().wait();
}

TEST_F(ForwardTest, SaysWhatTheClientGets) {
  Backend backend("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
  forwarder_.port = backend.port();
  auto client = ask();
  client->until("\r\n\r\nok");
  EXPECT_EQ(forwarder_.answered, 201);
  client.reset();
  forwarder_.released.get_future().wait();
}

TEST_F(ForwardTest, SaysSoAsWellWhereItAnswersItself) {
  forwarder_.refuses_redirects = true;
  Backend backend(kRedirect);
  forwarder_.port = backend.port();
  EXPECT_EQ(ask()->rest().rfind("HTTP/1.1 502 ", 0), 0U);
  EXPECT_EQ(forwarder_.answered, 502);
}

TEST_F(ForwardTest, WhatIsNotModifiedIsNoRedirect) {
  forwarder_.refuses_redirects = true;
  Backend backend("HTTP/1.1 304 Not Modified\r\nETag: \"location:\"\r\n\r\n");
  forwarder_.port = backend.port();
  auto client = ask();
  EXPECT_EQ(client->until("\r\n\r\n").rfind("HTTP/1.1 304 ", 0), 0U);
}

class ForwardHttp2Test : public ForwardTest {
 protected:
  std::unique_ptr<testing::Http2Client> connect() {
    return std::make_unique<testing::Http2Client>(server_->port(), ca_.certificate_pem);
  }
};

TEST_F(ForwardHttp2Test, RelaysAResponsePieceByPiece) {
  Backend backend(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Two: a\r\nConnection: close, "
      "X-Hop\r\nX-Hop: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n");
  forwarder_.port = backend.port();
  auto client = connect();
  const auto& answer = client->finish(client->begin("POST", "/here", {}, "a body"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.error, 0U);
  EXPECT_EQ(answer.body, "one two");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain");
  EXPECT_EQ(answer.headers.at("x-two"), "a");
  EXPECT_EQ(answer.headers.at("x-ours"), "1");
  EXPECT_EQ(answer.headers.count("connection"), 0U);
  EXPECT_EQ(answer.headers.count("x-hop"), 0U);
  const auto [head, rest] = backend.join();
  EXPECT_EQ(head.rfind("POST /there HTTP/1.1\r\n", 0), 0U) << head;
  EXPECT_EQ(rest, "a body");
}

TEST_F(ForwardHttp2Test, AResponseThatIsCutOffIsSeenAsSuch) {
  Backend backend("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\nzz\r\n");
  forwarder_.port = backend.port();
  auto client = connect();
  EXPECT_EQ(client->get("/here").error, NGHTTP2_INTERNAL_ERROR);
}

TEST_F(ForwardHttp2Test, AClientThatLeavesTheStreamEndsTheRequestThere) {
  Backend backend("HTTP/1.1 200 OK\r\n\r\nsome");
  forwarder_.port = backend.port();
  auto client = connect();
  const auto stream = client->begin("GET", "/here");
  client->until(stream, "some");
  client->cancel(stream);
  backend.join();
}

TEST_F(ForwardHttp2Test, ARefusedRedirectIsAnsweredInItsPlace) {
  forwarder_.refuses_redirects = true;
  Backend backend(kRedirect);
  forwarder_.port = backend.port();
  auto client = connect();
  const auto& answer = client->get("/here");
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.headers.at("x-ours"), "1");
  EXPECT_EQ(forwarder_.answered, 502);
  forwarder_.released.get_future().wait();
}

TEST_F(ForwardHttp2Test, SaysWhyThereIsNoConnection) {
  forwarder_.port = 1;
  const auto client = connect();
  const auto& answer = client->get("/here");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "dial tcp 127.0.0.1:1: connect: connection refused");
}

}  // namespace
}  // namespace kubus
