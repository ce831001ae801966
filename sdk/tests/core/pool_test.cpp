#include "kubus/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <vector>

namespace kubus {
namespace {

TEST(PoolTest, TasksRunAtOnceUpToTheLimit) {
  Pool pool("pool", 3);
  std::latch together(3);
  std::promise<void> done;
  std::atomic<int> finished{0};
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(pool.post([&] {
      together.arrive_and_wait();
      if (++finished == 3) done.set_value();
    }));
  done.get_future().wait();
  EXPECT_LE(pool.threads(), 3u);
  EXPECT_EQ(pool.limit(), 3u);
}

TEST(PoolTest, AnIdlePoolHasNoThread) { EXPECT_EQ(Pool("idle", 4).threads(), 0u); }

TEST(PoolTest, StoppingFinishesWhatRunsAndDropsTheRest) {
  auto pool = std::make_unique<Pool>("pool", 1);
  std::promise<void> began;
  std::promise<void> release;
  std::atomic<int> ran{0};
  pool->post([&] {
    began.set_value();
    release.get_future().wait();
    ++ran;
  });
  auto token = std::make_shared<int>(0);
  for (int i = 0; i < 10; ++i) pool->post([&ran, token] { ++ran; });
  began.get_future().wait();
  auto stopping = std::async(std::launch::async, [&] { pool->stop(); });
  while (pool->post([] {})) {
  }
  release.set_value();
  stopping.wait();
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(pool->threads(), 0u);
}

TEST(PoolTest, AnExceptionStaysInside) {
  Pool pool("pool", 1);
  std::promise<void> after;
  pool.post([] { throw std::runtime_error("lost"); });
  pool.post([&] { after.set_value(); });
  after.get_future().wait();
}

}  // namespace
}  // namespace kubus
