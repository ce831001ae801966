#include "queue.h"

#include <gtest/gtest.h>

namespace kubus::scheduler {
namespace {

using std::chrono::seconds;
const SchedulingQueue::Time kStart{seconds(1000)};
const ObjectKey kA{"ns", "a"}, kB{"ns", "b"}, kC{"ns", "c"};

TEST(Queue, PriorityThenAge) {
  SchedulingQueue queue;
  queue.add(kA, 0, 20);
  queue.add(kB, 0, 10);
  queue.add(kC, 5, 30);
  EXPECT_EQ(queue.pop(kStart), kC);
  EXPECT_EQ(queue.pop(kStart), kB);
  EXPECT_EQ(queue.pop(kStart), kA);
  EXPECT_FALSE(queue.pop(kStart));
}

TEST(Queue, WaitsForHelpAndThenForTheBackoff) {
  SchedulingQueue queue;
  queue.add(kA, 0, 0);
  ASSERT_TRUE(queue.pop(kStart));
  queue.failed(kA, kNodeChange, kStart);
  EXPECT_FALSE(queue.next(kStart));
  queue.wake(kFewerPods, kStart);
  EXPECT_FALSE(queue.next(kStart));
  queue.wake(kNodeChange, kStart);
  EXPECT_EQ(queue.next(kStart), kStart + seconds(1));
  EXPECT_FALSE(queue.pop(kStart));
  EXPECT_EQ(queue.pop(kStart + seconds(1)), kA);
}

TEST(Queue, ErasedPodsDoNotComeBack) {
  SchedulingQueue queue;
  queue.add(kA, 0, 0);
  ASSERT_TRUE(queue.pop(kStart));
  queue.again(kA, kStart);
  queue.erase(kA);
  EXPECT_FALSE(queue.pop(kStart + seconds(60)));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(Queue, BackoffDoublesUpToTenSeconds) {
  const int expected[] = {0, 1, 2, 4, 8, 10, 10};
  for (int failures = 0; failures < 7; ++failures)
    EXPECT_EQ(SchedulingQueue::backoff(failures), seconds(expected[failures]));
  EXPECT_EQ(SchedulingQueue::backoff(1000), seconds(10));
}

}  // namespace
}  // namespace kubus::scheduler
