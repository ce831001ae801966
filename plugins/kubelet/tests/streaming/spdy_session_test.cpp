#include "streaming/spdy_session.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "spdy_client.h"

namespace kubus::kubelet::spdy {
namespace {

using test::SpdyClient;

struct User : SessionUser {
  bool accepts(const http::Headers& headers) override { return headers.get("refuse").empty(); }
  void opened(StreamPtr stream) override { streams[stream->id()] = std::move(stream); }
  void closed() override { ++closes; }
  std::map<std::uint32_t, StreamPtr> streams;
  int closes = 0;
};

class SpdySession : public ::testing::Test {
 protected:
  void begin(SessionLimits limits = {}) {
    auto session = std::make_shared<Session>(client.transport(), user, limits);
    session_ = session;
    session->start();
    client.turn();
  }
  std::shared_ptr<Session> session() { return session_.lock(); }

  // Starts reading one piece; unset until it is there.
  std::shared_ptr<std::optional<std::string>> read(std::uint32_t id) {
    auto result = std::make_shared<std::optional<std::string>>();
    boost::asio::co_spawn(
        io,
        [stream = user->streams.at(id), result]() -> boost::asio::awaitable<void> {
          *result = std::string(co_await stream->read());
        },
        boost::asio::detached);
    client.turn();
    return result;
  }
  std::shared_ptr<std::optional<bool>> write(std::uint32_t id, std::string data) {
    auto result = std::make_shared<std::optional<bool>>();
    boost::asio::co_spawn(
        io,
        [stream = user->streams.at(id), data = std::move(data),
         result]() -> boost::asio::awaitable<void> { *result = co_await stream->write(data); },
        boost::asio::detached);
    client.turn();
    return result;
  }

  boost::asio::io_context io;
  std::shared_ptr<User> user = std::make_shared<User>();
  SpdyClient client{io};

 private:
  std::weak_ptr<Session> session_;
};

constexpr auto status(Reset why) { return static_cast<std::uint32_t>(why); }

TEST_F(SpdySession, CarriesBytesBothWaysAndTheirEnds) {
  begin();
  client.open(1, {{"streamtype", "data"}});
  EXPECT_TRUE(client.replied.contains(1));
  EXPECT_EQ(user->streams.at(1)->headers().get("StreamType"), "data");

  const auto first = read(1);
  EXPECT_FALSE(*first);
  client.send_data(1, "hello");
  EXPECT_EQ(*first, "hello");
  EXPECT_EQ(*write(1, "world"), true);
  EXPECT_EQ(client.data[1], "world");

  client.send_data(1, "", true);
  EXPECT_EQ(*read(1), "");
  EXPECT_FALSE(user->streams.at(1)->broken());
  // The client's end leaves ours open.
  EXPECT_EQ(*write(1, "!"), true);
  user->streams.at(1)->finish();
  client.turn();
  EXPECT_EQ(client.data[1], "world!");
  EXPECT_TRUE(client.ended.contains(1));
  EXPECT_EQ(*write(1, "late"), false);
  EXPECT_TRUE(client.resets.empty());
}

TEST_F(SpdySession, OurEndLeavesTheClientsOpen) {
  begin();
  client.open(1, {});
  user->streams.at(1)->finish();
  client.turn();
  EXPECT_TRUE(client.ended.contains(1));
  client.send_data(1, "more");
  EXPECT_EQ(*read(1), "more");
}

TEST_F(SpdySession, AnswersForStreamsItDoesNotTake) {
  SessionLimits limits;
  limits.streams = 1;
  begin(limits);
  client.open(1, {{"refuse", "me"}});
  SynStream unreadable;
  unreadable.stream = 3;
  unreadable.headers.emplace();
  unreadable.headers->add("", "no name");
  client.send(unreadable);
  client.open(5, {});
  client.open(7, {});
  client.send_data(9, "never opened");
  EXPECT_EQ(client.replied, std::set<std::uint32_t>{5});
  EXPECT_EQ(client.resets,
            (std::map<std::uint32_t, std::uint32_t>{{1, status(Reset::kCancel)},
                                                    {3, status(Reset::kProtocolError)},
                                                    {7, status(Reset::kRefusedStream)},
                                                    {9, status(Reset::kInvalidStream)}}));
  // Data that was under way to a stream given up is no fault.
  client.resets.clear();
  client.send_data(1, "late");
  EXPECT_TRUE(client.resets.empty());
}

using Breach = std::function<void(SpdyClient&)>;
class SpdyBreach : public SpdySession, public ::testing::WithParamInterface<Breach> {};

TEST_P(SpdyBreach, EndsTheSession) {
  begin();
  GetParam()(client);
  ASSERT_FALSE(client.frames.empty());
  const auto* leave = std::get_if<GoAway>(&client.frames.back());
  ASSERT_TRUE(leave);
  EXPECT_EQ(leave->status, static_cast<std::uint32_t>(Leave::kProtocolError));
  for (const auto& [id, stream] : user->streams) EXPECT_TRUE(stream->broken());
  EXPECT_EQ(user->closes, 0);
  client.end();
  EXPECT_EQ(user->closes, 1);
  EXPECT_TRUE(client.wire->server_closed);
}

INSTANTIATE_TEST_SUITE_P(
    All, SpdyBreach,
    ::testing::Values([](SpdyClient& client) { client.open(2, {}); },
                      [](SpdyClient& client) { client.open(1, {}), client.open(1, {}); },
                      [](SpdyClient& client) { client.open(3, {}), client.open(1, {}); },
                      [](SpdyClient& client) {
                        client.open(1, {}), client.send_raw("\xff\xffnot a frame");
                      },
                      [](SpdyClient& client) {
                        client.send(WindowUpdate{0, kMaxWindow});
                      },
                      [](SpdyClient& client) {
                        client.send(Settings{false, {{0, kSettingInitialWindow, kMaxWindow + 1}}});
                      }));

TEST_F(SpdySession, AnswersPings) {
  begin();
  client.send(Ping{1});
  client.send(Ping{2});
  client.send(Ping{3});
  ASSERT_EQ(client.frames.size(), 2U);
  EXPECT_EQ(std::get<Ping>(client.frames[0]).id, 1U);
  EXPECT_EQ(std::get<Ping>(client.frames[1]).id, 3U);
}

TEST_F(SpdySession, AClientWithoutWindowsGetsEverything) {
  begin();
  client.open(1, {});
  const std::string large(3 << 20, 'z');
  EXPECT_EQ(*write(1, large), true);
  EXPECT_EQ(client.data[1].size(), large.size());
}

TEST_F(SpdySession, AClientThatGivesCreditIsHeldTo) {
  begin();
  client.open(1, {});
  client.open(3, {});
  client.send(WindowUpdate{1, 10});
  const std::string large(3 * kInitialWindow, 'z');
  const auto writing = write(1, large);
  // The session's window is the smaller one.
  EXPECT_EQ(client.data[1].size(), kInitialWindow);
  client.send(WindowUpdate{0, kMaxWindow / 2});
  EXPECT_EQ(client.data[1].size(), kInitialWindow + 10);
  // Another stream has its own.
  EXPECT_EQ(*write(3, "free"), true);
  client.send(Settings{false, {{0, kSettingInitialWindow, 2 * kInitialWindow}}});
  EXPECT_EQ(client.data[1].size(), 2 * kInitialWindow + 10);
  EXPECT_FALSE(*writing);
  client.send(WindowUpdate{1, kInitialWindow});
  EXPECT_EQ(*writing, true);
  EXPECT_EQ(client.data[1].size(), large.size());
  client.send(WindowUpdate{1, kMaxWindow});
  EXPECT_EQ(client.resets[1], status(Reset::kFlowControlError));
}

TEST_F(SpdySession, HoldsLittleOfWhatNobodyReads) {
  SessionLimits limits;
  limits.unread = 100'000;
  begin(limits);
  client.open(1, {});
  const std::string block(10'000, 'u');
  for (int i = 0; i < 100; ++i) client.send_data(1, block);
  EXPECT_GT(client.wire->to_server.size(), 1'000'000 - limits.unread - 64 * 1024);
  std::size_t got = 0;
  for (std::size_t size = 1; size > 0 && got < 1'000'000; got += size) size = (*read(1))->size();
  EXPECT_EQ(got, 1'000'000U);
  EXPECT_TRUE(client.wire->to_server.empty());
  std::uint32_t credit[2] = {0, 0};
  for (const auto& frame : client.frames)
    if (const auto* update = std::get_if<WindowUpdate>(&frame))
      credit[update->stream] += update->delta;
  EXPECT_GT(credit[0], 1'000'000 - limits.unread - kInitialWindow);
  EXPECT_GT(credit[1], 1'000'000 - limits.unread - kInitialWindow);
}

TEST_F(SpdySession, AStreamGivenUpFreesWhatItHeld) {
  SessionLimits limits;
  limits.unread = 50'000;
  begin(limits);
  client.open(1, {});
  client.open(3, {});
  client.send_data(1, std::string(200'000, 'u'));
  client.send_data(3, "behind it");
  const auto behind = read(3);
  EXPECT_FALSE(*behind);
  user->streams.at(1)->reset(Reset::kCancel);
  client.turn();
  EXPECT_EQ(*behind, "behind it");
  EXPECT_EQ(client.resets[1], status(Reset::kCancel));
}

TEST_F(SpdySession, HoldsLittleOfWhatTheClientDoesNotRead) {
  SessionLimits limits;
  limits.unsent = 50'000;
  begin(limits);
  client.open(1, {});
  client.open(3, {});
  client.reading = false;
  client.wire->room = 10'000;
  const auto writing = write(1, std::string(1'000'000, 'w'));
  EXPECT_FALSE(*writing);
  EXPECT_EQ(client.wire->to_client.size(), 10'000U);
  // It is heard all the same.
  client.send_data(3, "still here");
  EXPECT_EQ(*read(3), "still here");
  client.send(RstStream{1, status(Reset::kCancel)});
  EXPECT_EQ(*writing, false);
  client.reading = true;
  client.turn();
  EXPECT_LT(client.data[1].size(), limits.unsent + 64 * 1024);
}

TEST_F(SpdySession, DoesNotQueueAnswersWithoutBound) {
  begin();
  client.reading = false;
  client.wire->room = 0;
  const std::string ping = FrameWriter().encode(Ping{1});
  for (int i = 0; i < 60'000; ++i) client.wire->to_server += ping;
  client.turn();
  EXPECT_GT(client.wire->to_server.size(), 300'000U);
  client.reading = true;
  client.wire->room = std::size_t(-1);
  client.turn();
  EXPECT_EQ(client.frames.size(), 60'000U);
}

TEST_F(SpdySession, AResetWakesWhoReadsAndWaits) {
  begin();
  client.open(1, {});
  bool broken = false;
  boost::asio::co_spawn(io, user->streams.at(1)->wait_broken(),
                        [&](const std::exception_ptr&) { broken = true; });
  const auto reading = read(1);
  EXPECT_FALSE(broken);
  client.send_data(1, "lost");
  client.send(RstStream{1, status(Reset::kCancel)});
  EXPECT_TRUE(broken);
  EXPECT_TRUE(*reading);
  EXPECT_EQ(*read(1), "");
  EXPECT_EQ(*write(1, "x"), false);
  EXPECT_TRUE(client.data[1].empty());
}

TEST_F(SpdySession, BreaksItsStreamsWhenTheClientGoes) {
  begin();
  client.open(1, {});
  const auto reading = read(1);
  client.end();
  EXPECT_EQ(*reading, "");
  EXPECT_TRUE(user->streams.at(1)->broken());
  EXPECT_EQ(user->closes, 1);
  EXPECT_FALSE(session());
}

TEST_F(SpdySession, TakesNoNewStreamsFromAClientThatLeaves) {
  begin();
  client.open(1, {});
  client.send(GoAway{0, 0});
  client.open(3, {});
  EXPECT_EQ(client.resets[3], status(Reset::kRefusedStream));
  client.send_data(1, "goes on");
  EXPECT_EQ(*read(1), "goes on");
}

TEST_F(SpdySession, FinishSendsWhatIsWrittenAndLetsTheClientClose) {
  begin();
  client.open(1, {});
  client.reading = false;
  client.wire->room = 10;
  const auto writing = write(1, "the last words of this stream");
  EXPECT_EQ(*writing, true);
  user->streams.at(1)->finish();
  session()->finish();
  client.turn();
  EXPECT_FALSE(client.wire->server_closed);
  client.reading = true;
  client.wire->room = 1000;
  client.turn();
  EXPECT_EQ(client.data[1], "the last words of this stream");
  EXPECT_TRUE(client.ended.contains(1));
  EXPECT_FALSE(client.wire->server_closed);
  client.end();
  EXPECT_TRUE(client.wire->server_closed);
  EXPECT_FALSE(session());
}

TEST_F(SpdySession, FinishDoesNotWaitForAClientForEver) {
  SessionLimits limits;
  limits.leave = std::chrono::milliseconds(0);
  begin(limits);
  client.open(1, {});
  session()->finish();
  while (!client.wire->server_closed) io.run_one();
  client.turn();
  EXPECT_EQ(user->closes, 1);
  EXPECT_FALSE(session());
}

}  // namespace
}  // namespace kubus::kubelet::spdy
