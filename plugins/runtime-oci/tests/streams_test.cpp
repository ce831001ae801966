#include "streams.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "image_builder.h"

namespace kubus::runtime_oci {
namespace {

class StreamsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_.reset(ends[0]);
    theirs_.reset(ends[1]);
  }
  void on_loop(const std::function<void()>& task) {
    std::promise<void> done;
    loop_.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::string read_exactly(std::size_t size) {
    std::string text(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      pollfd poll_fd{ours_.get(), POLLIN, 0};
      if (::poll(&poll_fd, 1, 30'000) <= 0) break;
      const ssize_t got = ::read(ours_.get(), text.data() + have, size - have);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
  }
  Loop loop_{"streams-test"};
  UniqueFd ours_;
  UniqueFd theirs_;
};

TEST_F(StreamsTest, FramesArriveWholeHoweverTheyAreCut) {
  std::promise<std::string> got;
  std::string seen;
  std::unique_ptr<FrameChannel> channel;
  on_loop([&] {
    channel = std::make_unique<FrameChannel>(
        loop_, std::move(theirs_),
        FrameChannel::Handlers{[&](runtime::Frame type, std::string_view data) {
                                 seen += std::to_string(static_cast<int>(type)) + ":" +
                                         std::string(data) + ";";
                               },
                               [&] { got.set_value(seen); }, [] {}});
    channel->resume();
  });
  const std::string bytes = std::string("\0\0\0\0\5hello", 10) + std::string("\5\0\0\0\0", 5) +
                            std::string("\4\0\0\0\4\0\1\0\2", 9);
  for (const char byte : bytes) ASSERT_EQ(::write(ours_.get(), &byte, 1), 1);
  ::shutdown(ours_.get(), SHUT_WR);
  EXPECT_EQ(got.get_future().get(), "0:hello;5:;4:" + std::string("\0\1\0\2", 4) + ";");
  on_loop([&] { channel.reset(); });
}

TEST_F(StreamsTest, AnOversizedFrameEndsTheConversation) {
  std::promise<void> closed;
  std::unique_ptr<FrameChannel> channel;
  on_loop([&] {
    channel = std::make_unique<FrameChannel>(
        loop_, std::move(theirs_),
        FrameChannel::Handlers{[](runtime::Frame, std::string_view) { FAIL(); },
                               [&] { closed.set_value(); }, [] {}});
    channel->resume();
  });
  ASSERT_EQ(::write(ours_.get(), "\0\xff\xff\xff\xff", 5), 5);
  closed.get_future().get();
  on_loop([&] { channel.reset(); });
}

TEST_F(StreamsTest, LargeOutputIsSplitQueuedAndEnded) {
  std::unique_ptr<FrameChannel> channel;
  const std::string data(runtime::kMaxFramePayload + 10, 'x');
  on_loop([&] {
    channel = std::make_unique<FrameChannel>(
        loop_, std::move(theirs_),
        FrameChannel::Handlers{[](runtime::Frame, std::string_view) {}, [] {}, [] {}});
    channel->send(runtime::Frame::kStdout, data);
    channel->end(runtime::SessionEnd());
  });
  const auto all = read_exactly(data.size() + 15);
  ASSERT_EQ(all.size(), data.size() + 15);
  EXPECT_EQ(all[0], 1);
  EXPECT_EQ(all[5 + runtime::kMaxFramePayload], 1);
  EXPECT_EQ(all[all.size() - 5], 3);
  EXPECT_EQ(read_exactly(1), "") << "closed behind the last frame";
  on_loop([&] { channel.reset(); });
}

TEST_F(StreamsTest, ADoorTakesOneGuestAndVanishes) {
  const test::TempDir dir;
  std::promise<UniqueFd> entered;
  const auto path = dir / "door";
  auto door = Doorway::open(loop_, path, [&](UniqueFd fd) { entered.set_value(std::move(fd)); });
  ASSERT_TRUE(door.ok()) << door.status().to_string();
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto guest = connect_unix(path, SOCK_STREAM);
  ASSERT_TRUE(guest.ok());
  EXPECT_TRUE(static_cast<bool>(entered.get_future().get()));
  EXPECT_FALSE(exists(path));
  EXPECT_FALSE(connect_unix(path, SOCK_STREAM).ok());
  EXPECT_FALSE(Doorway::open(loop_, std::string(200, 'x'), [](UniqueFd) {}).ok());
}

}  // namespace
}  // namespace kubus::runtime_oci
