// The HTTPS server against a client that speaks raw bytes over TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "http_fixture.h"
#include "tls_client.h"

namespace kubus {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::Echo;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::kSlowBlock;
using testing::kSlowBlocks;

class HttpTest : public testing::HttpTest {
 protected:
  using Client = testing::TlsClient;

  std::unique_ptr<Client> connect(const pki::Pair* pair = nullptr) {
    return std::make_unique<Client>(server_->port(), ca_.certificate_pem, pair);
  }
};

TEST_F(HttpTest, AnswersPipelinedRequestsInOrder) {
  auto client = connect();
  client->send(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\n"
      "Content-Length: 2\r\n\r\nhiGET /c HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client->until("GET /a  ").find("200 OK"), std::string::npos);
  EXPECT_NE(client->until("POST /b  hi").find("200 OK"), std::string::npos);
  EXPECT_NE(client->until("GET /c  ").find("200 OK"), std::string::npos);
}

TEST_F(HttpTest, SeesTheSubjectOfAClientCertificateOfItsCa) {
  const auto pair = client_pair(ca_);
  auto client = connect(&pair);
  client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NO_THROW(client->until("GET /a jane "));
}

TEST_F(HttpTest, MarksACertificateOfAnotherCaAsRejected) {
  const auto pair = client_pair(other_ca_);
  auto client = connect(&pair);
  client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NO_THROW(client->until("GET /a ! "));
}

TEST_F(HttpTest, StreamsInChunksAndServesTheNextRequestOnTheSameConnection) {
  auto client = connect();
  client->send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto text = client->until("0\r\n\r\n");
  EXPECT_NE(text.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_NE(text.find("7\r\none two\r\n"), std::string::npos);
  client->send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NO_THROW(client->until("GET /next  "));
}

struct Refusal {
  const char* name;
  std::string request;
  const char* status;
};

TEST_F(HttpTest, RefusesWhatIsTooLargeOrNotHttp) {
  const Refusal cases[] = {
      {"body", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3145729\r\n\r\n", " 413 "},
      {"header", "GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(9000, 'a') + "\r\n\r\n",
       " 431 "},
      {"garbage", "\x01\x02\x03 nonsense\r\n\r\n", " 400 "},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    auto client = connect();
    client->send(test.request);
    EXPECT_NE(client->rest().find(test.status), std::string::npos);
  }
}

// A connection that is closed with bytes unread is reset, and the answer with it.
TEST_F(HttpTest, SaysWhyItRefusesToAClientThatIsStillSending) {
  auto client = connect();
  client->send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n" +
               std::string(4'000'000, 'x'));
  EXPECT_NE(client->rest().find(" 413 "), std::string::npos);
}

TEST_F(HttpTest, CompressesLargeBodiesForThoseWhoAcceptIt) {
  auto client = connect();
  client->send(
      "GET /big HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
  const auto text = client->rest();
  EXPECT_NE(text.find("Content-Encoding: gzip"), std::string::npos);
  EXPECT_LT(text.size(), 10'000u);
  client = connect();
  client->send("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_GT(client->rest().size(), 300'000u);
}

TEST_F(HttpTest, AnswersWith500WhenAHandlerDropsTheRequest) {
  auto client = connect();
  client->send("GET /drop HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client->until("unanswered").find(" 500 "), std::string::npos);
}

TEST_F(HttpTest, AnswersWith504WhatIsNotAnsweredInTimeAndClosesTheConnection) {
  auto client = connect();
  client->send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto text = client->rest();
  EXPECT_NE(text.find(" 504 "), std::string::npos);
  EXPECT_NE(text.find("within the allotted timeout"), std::string::npos);
  echo_.answer_late_ones();
  client = connect();
  client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NO_THROW(client->until("GET /a  "));
}

TEST_F(HttpTest, BoundsTheBodiesOfAllRequestsTogether) {
  http::Limits limits;
  limits.all_bodies_bytes = 1900;
  start(limits);
  const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
  const std::string body(1000, 'x');
  auto first = connect();
  first->send(post + body.substr(1));
  auto second = connect();
  // Known to be read once the next request on the same thread has been answered.
  for (int i = 0; i < 2; ++i) {
    auto other = connect();
    other->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    other->until("GET /a  ");
  }
  second->send(post + body);
  EXPECT_NE(second->rest().find(" 503 "), std::string::npos);
  first->send("x");
  EXPECT_NO_THROW(first->until(body));
  auto third = connect();
  third->send(post + body);
  EXPECT_NO_THROW(third->until(body));
}

TEST_F(HttpTest, ClosesConnectionsThatNeverFinishWhatTheyBegan) {
  http::Limits limits;
  limits.request = std::chrono::milliseconds(10);
  start(limits);
  for (const char* begun :
       {"GET /a HTTP/1.1\r\nHost", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"}) {
    auto client = connect();
    client->send(begun);
    EXPECT_EQ(client->rest(), "");
  }
}

TEST_F(HttpTest, ClosesConnectionsThatDoNotEvenBegin) {
  http::Limits limits;
  limits.handshake = std::chrono::milliseconds(10);
  start(limits);
  asio::io_context io;
  tcp::socket silent(io);
  silent.connect(tcp::endpoint(asio::ip::address_v4::loopback(), server_->port()));
  char byte = 0;
  boost::system::error_code error;
  silent.read_some(asio::buffer(&byte, 1), error);
  EXPECT_TRUE(error);
}

TEST_F(HttpTest, ServesOnAfterManyThatEndAsTheyBegin) {
  const tcp::endpoint place(asio::ip::address_v4::loopback(), server_->port());
  const std::string noise(500, '\xAA');
  for (int count = 0; count < 1000; ++count) {
    asio::io_context io;
    tcp::socket stranger(io);
    stranger.connect(place);
    boost::system::error_code cut_off;
    asio::write(stranger, asio::buffer(noise), cut_off);
  }
  auto client = connect();
  client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client->until("GET /a  ").find("200 OK"), std::string::npos);
}

TEST_F(HttpTest, HandsAConnectionOverWithWhatCameBehindTheRequest) {
  auto client = connect();
  client->send(
      "GET /switch HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly");
  const auto head = client->until("\r\n\r\n");
  EXPECT_EQ(head.rfind("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n", 0), 0u)
      << head;
  EXPECT_NE(head.find("\r\nUpgrade: echo\r\n"), std::string::npos);
  EXPECT_EQ(client->until("early"), "early");
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(client->send_until(large + "end", "end"), large + "end");
  client->send("bye");
  EXPECT_EQ(client->rest(), "bye");
}

TEST_F(HttpTest, AStoppingServerClosesWhatWasTakenOver) {
  auto client = connect();
  client->send("GET /switch HTTP/1.1\r\nHost: x\r\n\r\nhello");
  client->until("hello");
  std::thread stopper([&] { server_->stop(std::chrono::minutes(1)); });
  EXPECT_EQ(client->rest(), "");
  stopper.join();
}

TEST_F(HttpTest, AClientThatLeavesEndsWhatWasTakenOver) {
  auto client = connect();
  client->send("GET /switch HTTP/1.1\r\nHost: x\r\n\r\nhello");
  client->until("hello");
  client.reset();
  // Returns early only when no connection is left.
  server_->stop(std::chrono::minutes(1));
}

TEST_F(HttpTest, AWriterThatWaitsForRoomIsNotCutOff) {
  auto client = connect();
  client->send("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto text = client->rest();
  EXPECT_GT(text.size(), kSlowBlock * kSlowBlocks);
  EXPECT_TRUE(text.ends_with("\r\n0\r\n\r\n"));
}

// What a plugin's start says of it makes an upgrade wait for the end of the one before.
TEST_F(HttpTest, APortThatIsTakenIsAConflict) {
  http::ServerOptions options;
  options.address = "127.0.0.1";
  options.port = server_->port();
  http::Server second(options, nullptr, echo_);
  const Status status = second.start();
  EXPECT_EQ(status.code(), Code::kConflict);
  EXPECT_EQ(status.message(),
            "listen on 127.0.0.1:" + std::to_string(server_->port()) + ": Address already in use");
}

TEST_F(HttpTest, ContinuesWhenAskedTo) {
  auto client = connect();
  client->send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_NO_THROW(client->until("100 Continue\r\n\r\n"));
  client->send("ok");
  EXPECT_NO_THROW(client->until("POST /a  ok"));
}

TEST_F(HttpTest, AnswersBeforeALargeBodyThatNobodyWants) {
  for (const char* framing : {"Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n",
                              "Content-Length: 1000000\r\nExpect: 100-continue\r\n"}) {
    auto client = connect();
    client->send(std::string("POST /unwanted HTTP/1.1\r\nHost: x\r\n") + framing + "\r\n");
    const auto answer = client->rest();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_TRUE(answer.ends_with("POST /unwanted  unread")) << answer;
  }
  // A small one is no reason to end a connection, nor one that has come already.
  auto client = connect();
  client->send("POST /unwanted HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n");
  client->send("ok");
  EXPECT_NO_THROW(client->until("POST /unwanted  ok"));
  client->send("GET /unwanted HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NO_THROW(client->until("GET /unwanted  "));
}

}  // namespace
}  // namespace kubus
