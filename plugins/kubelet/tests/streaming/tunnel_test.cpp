#include "streaming/tunnel.h"

#include <gtest/gtest.h>

#include <optional>

#include "pod_port.h"
#include "streaming/port_forward_spdy.h"
#include "streaming/spdy_codec.h"
#include "wire.h"

namespace kubus::kubelet {
namespace {

constexpr const char* kSubprotocol = "SPDY/3.1+portforward.k8s.io";

// Port-forward through a tunnel, as kubectl does it.
class TunnelTest : public ::testing::Test {
 protected:
  TunnelTest() {
    open_tunnel(client.request(kSubprotocol), kSubprotocol,
                [this](std::unique_ptr<http::ByteStream> stream) {
                  serve_port_forward_spdy(std::move(stream), pod);
                });
    client.turn();
  }
  std::string syn(std::uint32_t stream, const std::string& type) {
    spdy::SynStream frame;
    frame.stream = stream;
    frame.headers.emplace();
    frame.headers->add("streamtype", type);
    frame.headers->add("port", "80");
    frame.headers->add("requestid", "0");
    return writer.encode(frame);
  }
  // What has come through the tunnel; valid until the next call.
  std::vector<spdy::Frame> frames() {
    reader.emplace();
    reader->feed(client.joined());
    std::vector<spdy::Frame> all;
    for (auto frame = reader->next(); frame.ok() && frame->has_value(); frame = reader->next())
      all.push_back(std::move(**frame));
    return all;
  }

  boost::asio::io_context io;
  std::shared_ptr<test::PodPort> pod = std::make_shared<test::PodPort>();
  test::WebSocketClient client{io};
  spdy::FrameWriter writer;
  std::optional<spdy::FrameReader> reader;
};

TEST_F(TunnelTest, AnswersTheHandshake) {
  EXPECT_EQ(client.head.substr(0, 34), "HTTP/1.1 101 Switching Protocols\r\n");
  EXPECT_NE(client.head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
            std::string::npos);
  EXPECT_NE(client.head.find(std::string("Sec-WebSocket-Protocol: ") + kSubprotocol + "\r\n"),
            std::string::npos);
}

TEST_F(TunnelTest, CarriesSpdyHoweverItIsCutIntoMessages) {
  const auto both = [&] {
    auto first = syn(1, "error");
    return first.append(syn(3, "data"));
  }();
  client.send(both.substr(0, 3));
  client.send("");
  client.send(both.substr(3, 20));
  auto rest = both.substr(23);
  client.send(rest.append(writer.encode(spdy::Data{3, false, std::string(70'000, 'u')})));
  EXPECT_EQ(pod->read(0), std::string(70'000, 'u'));
  pod->write(0, "answer");
  client.turn();
  std::string answer;
  for (const auto& frame : frames())
    if (const auto* data = std::get_if<spdy::Data>(&frame)) answer += data->payload;
  EXPECT_EQ(answer, "answer");
  for (const auto& message : client.messages)
    EXPECT_EQ(message.opcode, test::Opcode::kBinary);
}

TEST_F(TunnelTest, AnswersPings) {
  client.send("are you there", test::Opcode::kPing);
  EXPECT_EQ(client.messages, (std::vector<test::WebSocketClient::Message>{
                                 {test::Opcode::kPong, "are you there"}}));
}

TEST_F(TunnelTest, EndsWithTheClientsCloseOrATextMessage) {
  for (auto first = syn(1, "error"); auto part : {first, syn(3, "data")}) client.send(part);
  ASSERT_EQ(pod->sockets.size(), 1U);
  client.send("{}", test::Opcode::kText);
  EXPECT_TRUE(pod->at_end(0));
  EXPECT_EQ(client.messages.back().opcode, test::Opcode::kClose);
  client.send("\x03\xe8", test::Opcode::kClose);
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_EQ(pod.use_count(), 1);
}

TEST_F(TunnelTest, AClientThatVanishesLeavesNothing) {
  client.send(syn(1, "error"));
  client.wire->client_ended = true;
  client.turn();
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_EQ(pod.use_count(), 1);
}

}  // namespace
}  // namespace kubus::kubelet
