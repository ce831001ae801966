// Streams over WebSocket: by hand against a connection in memory, and with a server's.
#include "kubus/http/websocket.h"

#include <gmock/gmock.h>

#include <thread>

#include "eventually.h"
#include "http_fixture.h"
#include "tls_client.h"
#include "websocket_client.h"

namespace kubus::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MessagesTest : public ::testing::Test {
 protected:
  void open(http::MessageOptions options = {}) {
    body = http::open_messages(*client.request(options.subprotocol), options);
    body->on_close([this] { over = true; });
    client.turn();
  }
  void write(std::vector<std::string> pieces) {
    std::vector<Bytes> all;
    for (auto& piece : pieces) all.push_back(Bytes(std::move(piece)));
    EXPECT_TRUE(body->write(std::move(all)));
  }
  // The reason of the close with which it answered.
  unsigned close_code() const {
    if (client.messages.empty() || client.messages.back().opcode != Opcode::kClose) return 0;
    const auto& payload = client.messages.back().payload;
    return static_cast<unsigned char>(payload.at(0)) << 8U |
           static_cast<unsigned char>(payload.at(1));
  }

  boost::asio::io_context io;
  WebSocketClient client{io};
  std::shared_ptr<http::BodyStream> body;
  bool over = false;
};

TEST_F(MessagesTest, EachWriteIsAMessage) {
  open();
  EXPECT_THAT(client.head, HasSubstr("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(client.head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(client.head, ::testing::Not(HasSubstr("Sec-WebSocket-Protocol")));
  write({"one ", "", "message"});
  write({});
  const std::string large(200'000, 'l');
  write({large, large});
  client.turn();
  EXPECT_THAT(client.messages,
              ElementsAre(WebSocketMessage{Opcode::kText, "one message"},
                          WebSocketMessage{Opcode::kText, ""},
                          WebSocketMessage{Opcode::kText, large + large}));
  EXPECT_FALSE(over);
}

TEST_F(MessagesTest, AgreesToTheSubprotocolAndSendsBytesAsSuch) {
  http::MessageOptions options;
  options.binary = true;
  options.subprotocol = "some.protocol";
  open(options);
  EXPECT_THAT(client.head, HasSubstr("Sec-WebSocket-Protocol: some.protocol\r\n"));
  write({std::string("\0\xff", 2)});
  client.turn();
  EXPECT_THAT(client.messages,
              ElementsAre(WebSocketMessage{Opcode::kBinary, std::string("\0\xff", 2)}));
}

TEST_F(MessagesTest, SendsBase64ToThoseWhoReadText) {
  http::MessageOptions options;
  options.base64 = true;
  open(options);
  write({std::string("\0", 1), "\xff"});
  write({});
  client.turn();
  EXPECT_THAT(client.messages, ElementsAre(WebSocketMessage{Opcode::kText, "AP8="},
                                           WebSocketMessage{Opcode::kText, ""}));
}

TEST_F(MessagesTest, EndsWithAClose) {
  open();
  write({"last"});
  body->finish();
  client.turn();
  ASSERT_EQ(client.messages.size(), 2U);
  EXPECT_EQ(close_code(), 1000U);
  EXPECT_FALSE(body->write({Bytes::copy("more")}));
  client.send("\x03\xe8", Opcode::kClose);
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_TRUE(over);
}

TEST_F(MessagesTest, WhatWasWrittenBeforeTheHandshakeIsSent) {
  body = http::open_messages(*client.request(""), {});
  write({"early"});
  body->finish();
  client.turn();
  ASSERT_EQ(client.messages.size(), 2U);
  EXPECT_EQ(client.messages[0].payload, "early");
}

TEST_F(MessagesTest, AnswersPingsAndDropsWhatIsSaid) {
  open();
  client.send("hello", Opcode::kText);
  client.send(std::string(100'000, 'x'));
  client.send("there?", Opcode::kPing);
  client.send("unasked", Opcode::kPong);
  EXPECT_THAT(client.messages, ElementsAre(WebSocketMessage{Opcode::kPong, "there?"}));
  EXPECT_FALSE(over);
}

TEST_F(MessagesTest, EndsWhenTheClientDoes) {
  open();
  client.send("\x03\xe8", Opcode::kClose);
  EXPECT_EQ(close_code(), 1000U);
  EXPECT_TRUE(over);
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_FALSE(body->write({Bytes::copy("more")}));
}

TEST_F(MessagesTest, EndsWhenTheClientVanishes) {
  open();
  client.wire->client_ended = true;
  client.turn();
  EXPECT_TRUE(over);
  EXPECT_TRUE(client.wire->server_closed);
}

TEST_F(MessagesTest, WhatBreaksTheProtocolEndsIt) {
  const struct {
    const char* what;
    std::string bytes;
    unsigned code;
  } cases[] = {
      {"no mask", client_frame("hello", Opcode::kText, false), 1002},
      {"a reserved bit", std::string("\xc1\x80\0\0\0\0", 6), 1002},
      {"an unknown opcode", std::string("\x83\x80\0\0\0\0", 6), 1002},
      {"half a ping", std::string("\x09\x80\0\0\0\0", 6), 1002},
      {"a long ping", std::string("\x89\xfe\0\x7e\0\0\0\0", 8) + std::string(126, 'x'), 1002},
      {"a close of one byte", std::string("\x88\x81\0\0\0\0x", 7), 1002},
      {"the rest of nothing", client_frame("", Opcode::kContinuation), 1002},
      {"no UTF-8", client_frame("\xff", Opcode::kText), 1007},
      {"too much", std::string("\x82\xff\0\0\0\0\x40\0\0\0\0\0\0\0", 14), 1009},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.what);
    boost::asio::io_context other;
    WebSocketClient breaker(other);
    bool ended = false;
    const auto stream = http::open_messages(*breaker.request(""), {});
    stream->on_close([&] { ended = true; });
    breaker.turn();
    breaker.send_raw(one.bytes);
    // Whoever does not answer the close is let go.
    breaker.wire->client_ended = true;
    breaker.turn();
    ASSERT_FALSE(breaker.messages.empty());
    EXPECT_EQ(breaker.messages.back().opcode, Opcode::kClose);
    const auto& payload = breaker.messages.back().payload;
    ASSERT_GE(payload.size(), 2U);
    EXPECT_EQ(static_cast<unsigned char>(payload[0]) << 8U | static_cast<unsigned char>(payload[1]),
              one.code);
    EXPECT_TRUE(ended);
  }
}

TEST_F(MessagesTest, WhoReadsTooLittleIsCutOff) {
  http::MessageOptions options;
  options.waiting = 10'000;
  open(options);
  client.wire->room = 1000;
  client.reading = false;
  bool taken = true;
  for (int i = 0; taken && i < 100; ++i) {
    taken = body->write({Bytes(std::string(1000, 'x'))});
    client.turn();
  }
  EXPECT_FALSE(taken);
  EXPECT_TRUE(over);
  EXPECT_TRUE(client.wire->server_closed);
}

TEST_F(MessagesTest, AServerThatStopsBeforeEndsIt) {
  auto exchange = std::make_unique<FakeExchange>(io, client.wire, http::Headers());
  exchange->stopped = true;
  body = http::open_messages(*exchange, {});
  body->on_close([this] { over = true; });
  EXPECT_TRUE(over);
}

TEST(Handshakes, AreCheckedBefore) {
  const auto request = [](const char* version, const char* key) {
    http::Request made;
    made.method = "GET";
    made.headers = make_headers({{"Connection", "keep-alive, Upgrade"}, {"Upgrade", "WebSocket"}});
    if (*version) made.headers.add("Sec-WebSocket-Version", version);
    if (*key) made.headers.add("Sec-WebSocket-Key", key);
    return made;
  };
  constexpr auto* kKey = "dGhlIHNhbXBsZSBub25jZQ==";
  EXPECT_TRUE(http::is_websocket(request("", "")));
  EXPECT_FALSE(http::is_websocket(http::Request()));
  EXPECT_FALSE(http::refused_handshake(request("13", kKey)));
  for (const auto& bad : {request("", kKey), request("8", kKey), request("13", ""),
                          request("13", "c2hvcnQ="), http::Request()}) {
    const auto refused = http::refused_handshake(bad);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 400);
    EXPECT_EQ(refused->headers.get("Sec-WebSocket-Version"), "13");
  }
}

TEST(Handshakes, OffersAreInOneOrSeveralFields) {
  http::Request request;
  request.headers = make_headers({{"Sec-WebSocket-Protocol", "a, b"},
                                  {"Upgrade", "x"},
                                  {"sec-websocket-protocol", " c,,\td "}});
  EXPECT_THAT(http::offered_subprotocols(request), ElementsAre("a", "b", "c", "d"));
}

class WebSocketServerTest : public HttpTest {
 protected:
  std::unique_ptr<TlsClient> open() {
    auto client = std::make_unique<TlsClient>(server_->port(), ca_.certificate_pem);
    client->send(std::string("GET /open HTTP/1.1\r\nHost: x\r\n") + kUpgrade + "\r\n");
    EXPECT_THAT(client->until("\r\n\r\n"), HasSubstr(" 101 Switching Protocols\r\n"));
    EXPECT_EQ(client->until("open"), "\x81\x04open");
    return client;
  }
};

TEST_F(WebSocketServerTest, AStoppingServerSaysFarewell) {
  auto client = open();
  std::thread stopper([&] { server_->stop(std::chrono::minutes(1)); });
  EXPECT_EQ(client->until("\xe8"), "\x88\x02\x03\xe8");
  client->send(client_frame("\x03\xe8", Opcode::kClose));
  EXPECT_EQ(client->rest(), "");
  stopper.join();
  EXPECT_EQ(echo_.closed_streams(), 1U);
}

TEST_F(WebSocketServerTest, AStoppingServerWaitsForNobodyWhoIsSilent) {
  auto client = open();
  server_->stop(std::chrono::minutes(1));
  EXPECT_EQ(echo_.closed_streams(), 1U);
}

TEST_F(WebSocketServerTest, AClientThatVanishesLeavesNothing) {
  open()->stream->next_layer().close();
  EXPECT_TRUE(eventually([&] { return echo_.closed_streams() == 1; }));
}

TEST_F(WebSocketServerTest, WhoReadsNothingIsCutOff) {
  auto client = open();
  const auto stream = echo_.open_stream();
  const auto block = Bytes(std::string(kSlowBlock, 'x'));
  std::size_t written = 0;
  while (written < 100 && stream->write({block})) ++written;
  EXPECT_LT(written, 100U);
  EXPECT_TRUE(eventually([&] { return echo_.closed_streams() == 1; }));
}

}  // namespace
}  // namespace kubus::testing
