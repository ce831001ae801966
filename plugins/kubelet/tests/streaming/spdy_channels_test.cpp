#include "streaming/spdy_channels.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "spdy_client.h"

namespace kubus::kubelet {
namespace {

using test::SpdyClient;

class SpdyChannels : public ::testing::Test {
 protected:
  void begin(const std::string& protocol, const StreamOptions& options,
             std::chrono::milliseconds patience = std::chrono::minutes(1)) {
    wait_for_spdy_channels(
        client.transport(), protocol, options,
        [this](std::unique_ptr<RemoteChannels> ready) { channels = std::move(ready); }, patience);
    client.turn();
  }
  void open(std::uint32_t stream, const char* type) { client.open(stream, {{"streamtype", type}}); }
  template <class T>
  std::shared_ptr<std::optional<T>> run(boost::asio::awaitable<T> work) {
    auto result = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(io, std::move(work), [result](const std::exception_ptr&, T value) {
      *result = std::move(value);
    });
    client.turn();
    return result;
  }
  std::shared_ptr<std::optional<std::optional<Input>>> next() { return run(channels->next()); }
  void finish(const SessionResult& result) {
    boost::asio::co_spawn(io, channels->finish(result), boost::asio::detached);
    client.turn();
  }

  boost::asio::io_context io;
  SpdyClient client{io};
  std::unique_ptr<RemoteChannels> channels;
};

TEST_F(SpdyChannels, AreReadyWhenEveryStreamIsThere) {
  begin("v4.channel.k8s.io", {true, true, false, true});
  open(1, "error");
  open(3, "stdin");
  open(5, "stderr");  // not asked for
  open(7, "stdin");   // twice
  open(9, "stdout");
  EXPECT_FALSE(channels);
  open(11, "resize");
  EXPECT_TRUE(channels);
  EXPECT_EQ(client.replied, (std::set<std::uint32_t>{1, 3, 9, 11}));
  EXPECT_EQ(client.resets.size(), 2U);
}

TEST_F(SpdyChannels, WaitForNoSizesWhereTheProtocolHasNone) {
  begin("v2.channel.k8s.io", {false, true, false, true});
  open(1, "error");
  open(3, "stdout");
  EXPECT_TRUE(channels);
}

TEST_F(SpdyChannels, AreGivenUpWhenAStreamIsMissing) {
  begin("v4.channel.k8s.io", {false, true, false, false}, std::chrono::milliseconds(0));
  open(1, "error");
  while (!client.wire->server_closed) io.run_one();
  EXPECT_FALSE(channels);
}

TEST_F(SpdyChannels, CarryInput) {
  begin("v3.channel.k8s.io", {true, false, false, true});
  open(1, "error");
  open(3, "stdin");
  open(5, "resize");
  ASSERT_TRUE(channels);
  auto input = next();
  EXPECT_FALSE(*input);
  client.send_data(3, "typed");
  ASSERT_TRUE(*input);
  EXPECT_EQ((**input)->kind, Input::Kind::kStdin);
  EXPECT_EQ((**input)->data, "typed");
  client.send_data(5, "{\"Width\":80,\"Hei");
  client.send_data(5, "ght\":24}\n{\"Width\":100,\"Height\":30}\n");
  for (const auto& [columns, rows] : {std::pair(80, 24), std::pair(100, 30)}) {
    input = next();
    ASSERT_TRUE(*input && **input);
    EXPECT_EQ((**input)->kind, Input::Kind::kResize);
    EXPECT_EQ((**input)->columns, columns);
    EXPECT_EQ((**input)->rows, rows);
  }
  client.send_data(3, "", true);
  input = next();
  ASSERT_TRUE(*input && **input);
  EXPECT_EQ((**input)->kind, Input::Kind::kStdinEnd);
  input = next();
  EXPECT_FALSE(*input);
  client.end();
  ASSERT_TRUE(*input);
  EXPECT_FALSE(**input);
}

TEST_F(SpdyChannels, HoldBackAClientThatSendsTooFast) {
  begin("v4.channel.k8s.io", {true, false, false, false});
  open(1, "error");
  open(3, "stdin");
  const std::string block(60'000, 'u');
  for (int i = 0; i < 100; ++i) client.send_data(3, block);
  EXPECT_GT(client.wire->to_server.size(), 3'000'000U);
  std::size_t got = 0;
  while (got < 100 * block.size()) {
    const auto input = next();
    ASSERT_TRUE(*input && **input);
    got += (**input)->data.size();
  }
  EXPECT_TRUE(client.wire->to_server.empty());
}

struct Ending {
  const char* protocol;
  SessionResult result;
  std::string error_stream;
};
class SpdyChannelsEnd : public SpdyChannels, public ::testing::WithParamInterface<Ending> {};

TEST_P(SpdyChannelsEnd, TellsHowItWas) {
  begin(GetParam().protocol, {true, true, true, false});
  open(1, "error");
  open(3, "stdin");
  open(5, "stdout");
  open(7, "stderr");
  ASSERT_TRUE(channels);
  EXPECT_EQ(*run(channels->write(Output::kStdout, "out")), true);
  EXPECT_EQ(*run(channels->write(Output::kStderr, "err")), true);
  finish(GetParam().result);
  EXPECT_EQ(client.data[5], "out");
  EXPECT_EQ(client.data[7], "err");
  EXPECT_EQ(client.data[1], GetParam().error_stream);
  for (const std::uint32_t stream : {1, 5, 7}) EXPECT_TRUE(client.ended.contains(stream));
  // It is for the client to close.
  EXPECT_FALSE(client.wire->server_closed);
  client.end();
  EXPECT_TRUE(client.wire->server_closed);
}

INSTANTIATE_TEST_SUITE_P(
    All, SpdyChannelsEnd,
    ::testing::Values(Ending{"v4.channel.k8s.io", {0, ""}, status_json({0, ""})},
                      Ending{"v4.channel.k8s.io", {7, ""}, status_json({7, ""})},
                      Ending{"v3.channel.k8s.io", {0, ""}, ""},
                      Ending{"channel.k8s.io",
                             {7, ""},
                             "command terminated with non-zero exit code: exit status 7"},
                      Ending{"channel.k8s.io", {0, "no such container"}, "no such container"}));

TEST_F(SpdyChannels, CloseEndsEverything) {
  begin("v4.channel.k8s.io", {true, true, false, false});
  open(1, "error");
  open(3, "stdin");
  open(5, "stdout");
  const auto input = next();
  channels->close();
  client.turn();
  ASSERT_TRUE(*input);
  EXPECT_FALSE(**input);
  EXPECT_EQ(*run(channels->write(Output::kStdout, "late")), false);
  EXPECT_TRUE(client.wire->server_closed);
}

}  // namespace
}  // namespace kubus::kubelet
