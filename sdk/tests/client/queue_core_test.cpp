#include "queue_core.h"

#include <gtest/gtest.h>

namespace kubus {
namespace {

using namespace std::chrono_literals;
const QueueCore::Clock::time_point kStart{};

TEST(QueueCore, GivesEachKeyOnceHoweverOftenAdded) {
  QueueCore queue;
  queue.add("a");
  queue.add("a");
  queue.add("b");
  EXPECT_EQ(queue.take(), "a");
  EXPECT_EQ(queue.take(), "b");
  EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(QueueCore, KeyAddedWhileInProgressComesBackOnceAfterFinish) {
  QueueCore queue;
  queue.add("a");
  ASSERT_EQ(queue.take(), "a");
  queue.add("a");
  queue.add("a");
  EXPECT_EQ(queue.take(), std::nullopt) << "two workers on one key";
  EXPECT_TRUE(queue.finish("a"));
  EXPECT_EQ(queue.take(), "a");
  EXPECT_FALSE(queue.finish("a"));
  EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(QueueCore, WaitingKeyBecomesReadyWhenItsTimeComes) {
  QueueCore queue;
  queue.add_at("a", kStart + 10ms);
  queue.advance(kStart + 9ms);
  EXPECT_EQ(queue.ready(), 0u);
  EXPECT_EQ(queue.next_due(), kStart + 10ms);
  queue.advance(kStart + 10ms);
  EXPECT_EQ(queue.take(), "a");
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

TEST(QueueCore, EarlierOfTwoTimesWins) {
  QueueCore queue;
  queue.add_at("a", kStart + 10ms);
  queue.add_at("a", kStart + 20ms);
  queue.add_at("a", kStart + 5ms);
  queue.advance(kStart + 5ms);
  EXPECT_EQ(queue.take(), "a");
  queue.finish("a");
  queue.advance(kStart + 100ms);
  EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(QueueCore, BackoffDoublesUpToItsLimitAndStartsAgainAfterForget) {
  QueueCore queue;
  EXPECT_EQ(queue.failed("a"), 5ms);
  EXPECT_EQ(queue.failed("a"), 10ms);
  EXPECT_EQ(queue.failed("a"), 20ms);
  for (int i = 0; i < 100; ++i) EXPECT_LE(queue.failed("a"), QueueCore::kLongestBackoff);
  EXPECT_EQ(queue.failed("a"), QueueCore::kLongestBackoff);
  EXPECT_EQ(queue.failed("b"), 5ms);
  queue.forget("a");
  EXPECT_EQ(queue.failed("a"), 5ms);
}

}  // namespace
}  // namespace kubus
