#include "streaming/port_forward_websocket.h"

#include <gtest/gtest.h>

#include "kubus/api/base64.h"
#include "pod_port.h"
#include "wire.h"

namespace kubus::kubelet {
namespace {

using test::PodPort;
using test::WebSocketClient;
using Message = WebSocketClient::Message;

TEST(ForwardedPorts, ReadsTheQuery) {
  const struct {
    const char* query;
    std::vector<int> ports;
    const char* message;
  } cases[] = {
      {"port=80", {80}, ""},
      {"port=80&port=443", {80, 443}, ""},
      {"port=80,443&port=1", {80, 443, 1}, ""},
      {"", {}, "query parameter \"port\" is required"},
      {"port=", {}, "query parameter \"port\" cannot be empty"},
      {"port=0", {}, "port \"0\" must be > 0"},
      {"port=80,",
       {},
       "unable to parse \"\" as a port: strconv.ParseUint: parsing \"\": invalid syntax"},
  };
  for (const auto& c : cases) {
    const auto ports = forwarded_ports(http::Query::parse(c.query));
    EXPECT_EQ(ports.ok() ? *ports : std::vector<int>(), c.ports) << c.query;
    EXPECT_EQ(ports.ok() ? "" : ports.status().message(), c.message) << c.query;
  }
}

class PortForwardWebSocket : public ::testing::Test {
 protected:
  void begin(const std::string& subprotocol, std::vector<int> ports) {
    serve_port_forward_websocket(client.request(subprotocol), std::move(ports), pod);
    client.turn();
  }
  void eventually(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds() && std::chrono::steady_clock::now() < deadline) {
      io.run_one_until(deadline);
      client.turn();
    }
    EXPECT_TRUE(holds());
  }

  boost::asio::io_context io;
  std::shared_ptr<PodPort> pod = std::make_shared<PodPort>();
  WebSocketClient client{io};
};

std::string text(std::initializer_list<int> head, std::string_view rest = {}) {
  std::string message;
  for (const int byte : head) message += static_cast<char>(byte);
  return message.append(rest);
}

TEST_F(PortForwardWebSocket, BeginsEachChannelWithItsPort) {
  begin("v4.channel.k8s.io", {8080, 443});
  EXPECT_NE(client.head.find("Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n"), std::string::npos);
  std::multiset<std::string> begun;
  for (const auto& message : client.messages) {
    EXPECT_EQ(message.opcode, test::Opcode::kBinary);
    begun.insert(message.payload);
  }
  EXPECT_EQ(begun, (std::multiset<std::string>{text({0, 0x90, 0x1f}), text({1, 0x90, 0x1f}),
                                               text({2, 0xbb, 0x01}), text({3, 0xbb, 0x01})}));
  EXPECT_EQ(pod->ports, (std::vector<int>{8080, 443}));
}

TEST_F(PortForwardWebSocket, CarriesBytesAndClosesWhenAllHaveEnded) {
  begin("v4.channel.k8s.io", {1, 2});
  client.messages.clear();
  client.send(text({2}, "to the second"));
  client.send(text({0}, "to the first"));
  client.send(text({1}, "errors go one way"));
  client.send(text({9}, "no such channel"));
  client.send("");
  EXPECT_EQ(pod->read(0), "to the first");
  EXPECT_EQ(pod->read(1), "to the second");
  pod->write(0, "answer");
  client.turn();
  EXPECT_EQ(client.messages,
            (std::vector<Message>{{test::Opcode::kBinary, text({0}, "answer")}}));
  pod->close(0);
  client.turn();
  EXPECT_EQ(client.messages.size(), 1U);
  pod->close(1);
  eventually([&] { return client.messages.back().opcode == test::Opcode::kClose; });
  EXPECT_EQ(client.messages.back().payload, "\x03\xe8");
  client.send("\x03\xe8", test::Opcode::kClose);
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_EQ(pod.use_count(), 1);
}

TEST_F(PortForwardWebSocket, TellsErrorsOnTheChannelOfThePort) {
  pod->refusal = "nobody there";
  begin("", {81});
  EXPECT_EQ(client.head.find("Sec-WebSocket-Protocol"), std::string::npos);
  ASSERT_EQ(client.messages.size(), 4U);
  EXPECT_EQ(client.messages[2].payload,
            text({1}, "error forwarding port 81 to pod c0ffee, uid : nobody there"));
  EXPECT_EQ(client.messages[3].opcode, test::Opcode::kClose);
}

TEST_F(PortForwardWebSocket, SpeaksBase64) {
  begin("v4.base64.channel.k8s.io", {80});
  EXPECT_EQ(client.messages, (std::vector<Message>{{test::Opcode::kText, "0UAA="},
                                                   {test::Opcode::kText, "1UAA="}}));
  client.send("0" + encode_base64("hello"), test::Opcode::kText);
  client.send("0not base64", test::Opcode::kText);
  EXPECT_EQ(pod->read(0), "hello");
  pod->write(0, "world");
  client.turn();
  EXPECT_EQ(client.messages.back(),
            (Message{test::Opcode::kText, "0" + encode_base64("world")}));
}

TEST_F(PortForwardWebSocket, HoldsTheClientBackWhenThePodReadsNothing) {
  begin("v4.channel.k8s.io", {80});
  const std::string block = text({0}, std::string(100'000, 'u'));
  constexpr std::size_t kBlocks = 50;
  for (std::size_t i = 0; i < kBlocks; ++i) client.send(block);
  EXPECT_GT(client.wire->to_server.size(), 1'500'000U);
  std::size_t got = 0;
  for (;;) {
    const auto size = pod->read(0).size();
    client.turn();
    if (size == 0 && client.wire->to_server.empty()) break;
    got += size;
  }
  EXPECT_EQ(got, kBlocks * 100'000);
}

TEST_F(PortForwardWebSocket, ClosesThePodsConnectionsWhenTheClientGoes) {
  begin("v4.channel.k8s.io", {80, 81});
  client.wire->client_ended = true;
  client.turn();
  EXPECT_TRUE(pod->at_end(0));
  EXPECT_TRUE(pod->at_end(1));
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_EQ(pod.use_count(), 1);
}

}  // namespace
}  // namespace kubus::kubelet
