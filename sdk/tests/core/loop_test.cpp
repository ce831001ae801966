#include "kubus/loop.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace kubus {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

// Returns once everything posted before has run.
void flush(Loop& loop) {
  std::promise<void> done;
  ASSERT_TRUE(loop.post([&] { done.set_value(); }));
  done.get_future().wait();
}

TEST(LoopTest, TasksRunInOrderOnTheLoopsThread) {
  Loop loop("loop");
  std::vector<int> seen;
  for (int i = 0; i < 1000; ++i)
    loop.post([&, i] {
      EXPECT_TRUE(loop.in_loop());
      seen.push_back(i);
    });
  flush(loop);
  ASSERT_EQ(seen.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
  EXPECT_FALSE(loop.in_loop());
}

TEST(LoopTest, TasksOfManyThreadsAllRun) {
  Loop loop("loop");
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) loop.post([&] { ++ran; });
    });
  for (auto& thread : threads) thread.join();
  flush(loop);
  EXPECT_EQ(ran, 20'000);
}

TEST(LoopTest, AnExceptionStaysInside) {
  Loop loop("loop");
  loop.post([] { throw std::runtime_error("lost"); });
  loop.post([] { throw 7; });
  flush(loop);
}

TEST(LoopTest, TimersFireInOrderOfTheirTime) {
  Loop loop("loop");
  std::vector<int> seen;
  std::promise<void> done;
  const auto start = std::chrono::steady_clock::now();
  const auto third = loop.after(30ms, [&] {
    seen.push_back(3);
    done.set_value();
  });
  const auto first = loop.after(1ms, [&] { seen.push_back(1); });
  const auto second = loop.after(10ms, [&] { seen.push_back(2); });
  done.get_future().wait();
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3}));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
}

TEST(LoopTest, APeriodicTimerFiresUntilItIsReset) {
  Loop loop("loop");
  std::atomic<int> fired{0};
  std::promise<void> enough;
  auto timer = loop.every(1ms, [&] {
    if (++fired == 3) enough.set_value();
  });
  enough.get_future().wait();
  timer.reset();
  const int seen = fired;
  std::promise<void> later;
  const auto after = loop.after(10ms, [&] { later.set_value(); });
  later.get_future().wait();
  EXPECT_EQ(fired, seen);
}

TEST(LoopTest, ATimerMayResetItself) {
  Loop loop("loop");
  auto token = std::make_shared<int>(0);
  Registration timer;
  std::promise<void> done;
  loop.post([&] {
    timer = loop.every(1ms, [&, token] {
      timer.reset();
      done.set_value();
    });
  });
  done.get_future().wait();
  flush(loop);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(LoopTest, ResettingWaitsForARunningCallback) {
  Loop loop("loop");
  std::promise<void> began;
  std::promise<void> release;
  std::atomic<bool> finished{false};
  auto timer = loop.after(0ms, [&] {
    began.set_value();
    release.get_future().wait();
    finished = true;
  });
  began.get_future().wait();
  std::thread releaser([&] { release.set_value(); });
  timer.reset();
  EXPECT_TRUE(finished);
  releaser.join();
}

TEST(LoopTest, ACancelledCallbackIsDestroyedAtOnce) {
  Loop loop("loop");
  auto token = std::make_shared<int>(0);
  auto timer = loop.after(1h, [token] {});
  EXPECT_EQ(token.use_count(), 2);
  timer.reset();
  EXPECT_EQ(token.use_count(), 1);
}

TEST(LoopTest, DescriptorsAreWatchedUntilReset) {
  Loop loop("loop");
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::atomic<int> events{0};
  std::promise<void> readable;
  auto watch = loop.watch_fd(fd, Loop::kReadable, [&](std::uint32_t what) {
    EXPECT_EQ(what, Loop::kReadable);
    std::uint64_t value = 0;
    ASSERT_EQ(::read(fd, &value, sizeof value), 8);
    if (++events == 1) readable.set_value();
  });
  std::promise<void> writable;
  std::atomic<int> writes{0};
  auto both = loop.watch_fd(fd, Loop::kWritable, [&](std::uint32_t what) {
    EXPECT_EQ(what, Loop::kWritable);
    if (++writes == 1) writable.set_value();
  });
  writable.get_future().wait();
  both.reset();
  const std::uint64_t one = 1;
  ASSERT_EQ(::write(fd, &one, sizeof one), 8);
  readable.get_future().wait();
  watch.reset();
  ASSERT_EQ(::write(fd, &one, sizeof one), 8);
  flush(loop);
  EXPECT_EQ(events, 1);
  ::close(fd);
}

TEST(LoopTest, StoppingDropsEverythingThatWasRegistered) {
  auto token = std::make_shared<int>(0);
  auto loop = std::make_unique<Loop>("loop");
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  auto timer = loop->after(1h, [token] {});
  auto watch = loop->watch_fd(fd, Loop::kReadable, [token](std::uint32_t) {});
  std::promise<void> began;
  std::promise<void> release;
  loop->post([&] {
    began.set_value();
    release.get_future().wait();
  });
  loop->post([token] { FAIL() << "ran after the stop"; });
  began.get_future().wait();
  std::thread stopper([&] { loop->stop(); });
  while (loop->post([] {})) {
  }
  release.set_value();
  stopper.join();
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_FALSE(loop->after(0ms, [] {}));
  loop.reset();
  timer.reset();  // outlives the loop without harm
  watch.reset();
  ::close(fd);
}

}  // namespace
}  // namespace kubus
