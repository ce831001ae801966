#include "streaming/port_forward.h"

#include <gtest/gtest.h>

#include "pod_port.h"
#include "spdy_client.h"
#include "streaming/port_forward_spdy.h"

namespace kubus::kubelet {
namespace {

using test::PodPort;
using test::SpdyClient;

TEST(ForwardPort, ParsesPorts) {
  const struct {
    const char* text;
    int port;
    const char* message;
  } cases[] = {
      {"80", 80, ""},
      {"65535", 65535, ""},
      {"0", 0, "port \"0\" must be > 0"},
      {"65536", 0,
       "unable to parse \"65536\" as a port: strconv.ParseUint: parsing \"65536\": value out of "
       "range"},
      {"-1", 0,
       "unable to parse \"-1\" as a port: strconv.ParseUint: parsing \"-1\": invalid syntax"},
      {"80x", 0,
       "unable to parse \"80x\" as a port: strconv.ParseUint: parsing \"80x\": invalid syntax"},
      {"", 0, "unable to parse \"\" as a port: strconv.ParseUint: parsing \"\": invalid syntax"},
  };
  for (const auto& c : cases) {
    const auto port = parse_forward_port(c.text);
    EXPECT_EQ(port.ok() ? *port : 0, c.port) << c.text;
    EXPECT_EQ(port.ok() ? "" : port.status().message(), c.message) << c.text;
  }
}

class PortForward : public ::testing::Test {
 protected:
  void begin(std::chrono::milliseconds creation_timeout = kStreamCreationTimeout) {
    serve_port_forward_spdy(client.transport(), pod, creation_timeout);
    client.turn();
  }
  // As kubectl does: the error stream at once ended, then the data stream.
  void open_pair(std::uint32_t first, const std::string& port = "80") {
    const auto id = std::to_string(first);
    client.open(first, {{"streamtype", "error"}, {"port", port}, {"requestid", id}});
    client.send_data(first, "", true);
    client.open(first + 2, {{"streamtype", "data"}, {"port", port}, {"requestid", id}});
  }
  // For what takes time: turns until it holds, or the test's patience ends.
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
  SpdyClient client{io};
};

TEST_F(PortForward, CarriesOneConnection) {
  begin();
  open_pair(1, "8080");
  ASSERT_EQ(pod->ports, std::vector<int>{8080});
  client.send_data(3, "GET /");
  EXPECT_EQ(pod->read(0), "GET /");
  pod->write(0, "200 OK");
  client.turn();
  EXPECT_EQ(client.data[3], "200 OK");
  EXPECT_FALSE(client.ended.contains(1));

  // The pod closes; kubectl then resets its stream and waits for the end of the errors.
  pod->end_writing(0);
  client.turn();
  EXPECT_TRUE(client.ended.contains(3));
  client.send(spdy::RstStream{3, static_cast<std::uint32_t>(spdy::Reset::kCancel)});
  EXPECT_TRUE(client.ended.contains(1));
  EXPECT_TRUE(client.data[1].empty());
  EXPECT_TRUE(pod->at_end(0));
}

TEST_F(PortForward, TheClientsEndReachesThePodAndLeavesTheAnswerItsTime) {
  begin();
  open_pair(1);
  client.send_data(3, "question", true);
  EXPECT_EQ(pod->read(0), "question");
  EXPECT_TRUE(pod->at_end(0));
  EXPECT_FALSE(client.ended.contains(3));
  pod->write(0, "answer");
  pod->close(0);
  client.turn();
  EXPECT_EQ(client.data[3], "answer");
  EXPECT_TRUE(client.ended.contains(3));
  EXPECT_TRUE(client.ended.contains(1));
  EXPECT_TRUE(client.resets.empty());
}

TEST_F(PortForward, AClientThatNeverEndsItsSideIsLetGoAfterThePodsEnd) {
  begin();
  open_pair(1);
  pod->write(0, "all there is");
  pod->end_writing(0);
  eventually([&] { return client.ended.contains(1); });
  EXPECT_EQ(client.data[3], "all there is");
  EXPECT_TRUE(client.ended.contains(3));
  EXPECT_TRUE(client.resets.contains(3));
  EXPECT_TRUE(pod->at_end(0));
}

TEST_F(PortForward, TellsWhyThereIsNoConnection) {
  pod->refusal = "failed to connect";
  begin();
  open_pair(1, "81");
  EXPECT_EQ(client.data[1], "error forwarding port 81 to pod c0ffee, uid : failed to connect");
  EXPECT_TRUE(client.ended.contains(1));
  EXPECT_TRUE(client.ended.contains(3));
}

TEST_F(PortForward, CarriesManyConnectionsAtOnce) {
  begin();
  constexpr std::uint32_t kCount = 200;
  for (std::uint32_t i = 0; i < kCount; ++i) open_pair(4 * i + 1);
  ASSERT_EQ(pod->sockets.size(), kCount);
  for (std::uint32_t i = 0; i < kCount; ++i)
    client.send_data(4 * i + 3, "request " + std::to_string(i), true);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(pod->read(i), "request " + std::to_string(i));
    pod->write(i, "answer " + std::to_string(i));
    pod->close(i);
  }
  client.turn();
  for (std::uint32_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(client.data[4 * i + 3], "answer " + std::to_string(i));
    EXPECT_TRUE(client.ended.contains(4 * i + 1));
  }
}

TEST_F(PortForward, RefusesStreamsThatMakeNoSense) {
  begin();
  const std::vector<std::pair<std::string, std::string>> cases[] = {
      {{"streamtype", "data"}},
      {{"streamtype", "data"}, {"port", "0"}},
      {{"streamtype", "data"}, {"port", "http"}},
      {{"port", "80"}},
      {{"port", "80"}, {"streamtype", "stdin"}},
  };
  std::uint32_t id = 1;
  for (const auto& headers : cases) client.open(std::exchange(id, id + 2), headers);
  EXPECT_EQ(client.resets.size(), std::size(cases));
  EXPECT_TRUE(client.replied.empty());
}

TEST_F(PortForward, PairsStreamsWithoutRequestsByTheirNumbers) {
  begin();
  client.open(1, {{"streamtype", "error"}, {"port", "80"}});
  client.open(3, {{"streamtype", "data"}, {"port", "80"}});
  client.open(5, {{"streamtype", "error"}, {"port", "90"}});
  client.open(7, {{"streamtype", "data"}, {"port", "90"}});
  EXPECT_EQ(pod->ports, (std::vector<int>{80, 90}));
}

TEST_F(PortForward, ASecondStreamOfOneKindIsAnError) {
  begin();
  client.open(1, {{"streamtype", "error"}, {"port", "80"}, {"requestid", "0"}});
  client.open(3, {{"streamtype", "error"}, {"port", "80"}, {"requestid", "0"}});
  EXPECT_EQ(client.data[1], "error processing stream for request 0: error stream already assigned");
  EXPECT_TRUE(client.resets.contains(3));
}

TEST_F(PortForward, AStreamWithoutItsOtherIsGivenUp) {
  begin(std::chrono::milliseconds(1));
  client.open(1, {{"streamtype", "error"}, {"port", "80"}, {"requestid", "7"}});
  client.open(3, {{"streamtype", "data"}, {"port", "80"}, {"requestid", "8"}});
  eventually([&] { return client.ended.contains(1) && client.resets.contains(3); });
  EXPECT_EQ(client.data[1], "(request=7) timed out waiting for streams");
}

TEST_F(PortForward, AResetClosesThePodsConnectionAndNothingElse) {
  begin();
  open_pair(1);
  open_pair(5);
  client.send(spdy::RstStream{3, static_cast<std::uint32_t>(spdy::Reset::kCancel)});
  EXPECT_TRUE(pod->at_end(0));
  EXPECT_FALSE(pod->at_end(1));
  client.send_data(7, "well");
  EXPECT_EQ(pod->read(1), "well");
}

TEST_F(PortForward, ClosesEverythingWhenTheClientGoes) {
  begin();
  open_pair(1);
  open_pair(5);
  client.send_data(3, "half closed", true);
  EXPECT_EQ(pod->read(0), "half closed");
  client.open(9, {{"streamtype", "error"}, {"port", "80"}, {"requestid", "9"}});
  client.end();
  // No peer is left to take anything.
  for (const int fd : pod->sockets) EXPECT_EQ(::send(fd, "x", 1, MSG_NOSIGNAL), -1);
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_EQ(pod.use_count(), 1);
}

TEST_F(PortForward, APodThatReadsNothingHoldsTheClientBack) {
  begin();
  open_pair(1);
  const std::string block(60'000, 'u');
  constexpr std::size_t kBlocks = 100;
  for (std::size_t i = 0; i < kBlocks; ++i) client.send_data(3, block);
  EXPECT_GT(client.wire->to_server.size(), 2'000'000U);
  std::size_t got = 0;
  while (true) {
    const auto size = pod->read(0).size();
    client.turn();
    if (size == 0 && client.wire->to_server.empty()) break;
    got += size;
  }
  EXPECT_EQ(got, kBlocks * block.size());
}

TEST_F(PortForward, APodThatIsGoneDoesNotHoldUpTheOthers) {
  begin();
  open_pair(1);
  open_pair(5);
  pod->close(0);
  const std::string block(60'000, 'u');
  for (int i = 0; i < 50; ++i) client.send_data(3, block);
  client.send_data(7, "gets through");
  EXPECT_EQ(pod->read(1), "gets through");
  EXPECT_TRUE(client.ended.contains(3));
}

}  // namespace
}  // namespace kubus::kubelet
