#include "fairness/retry_after.h"

#include <gtest/gtest.h>

namespace kubus::apiserver::fairness {
namespace {

class RetryAfterTest : public ::testing::Test {
 protected:
  // Goes on for some seconds with as many refusals in each; what the last one is told.
  std::int64_t go_on(int seconds, int refusals) {
    std::int64_t told = 0;
    for (int i = 0; i < seconds; ++i, ++now_)
      for (int j = 0; j < refusals; ++j) told = retry_.next(now_);
    return told;
  }
  RetryAfter retry_;
  std::int64_t now_ = 1'000;
};

TEST_F(RetryAfterTest, IsASecondForTheFirst) {
  EXPECT_EQ(go_on(1, 1), 1);
  EXPECT_EQ(go_on(10, 1), 1);
}

TEST_F(RetryAfterTest, DoublesWhileManyAreTurnedAwayAndHasAnEnd) {
  std::int64_t told = go_on(1, 100);
  for (std::int64_t expected : {2, 4, 8, 16, 32}) {
    EXPECT_EQ(go_on(static_cast<int>(told), 100), expected);
    told = expected;
  }
  EXPECT_EQ(go_on(100, 100), 32);
}

TEST_F(RetryAfterTest, ComesDownByASecondWhenItGetsBetter) {
  go_on(100, 100);
  now_ += 1'000;
  EXPECT_EQ(go_on(1, 1), 31);
  now_ += 31;
  EXPECT_EQ(go_on(1, 1), 30);
  // As many as that are no reason to change it.
  now_ += 30;
  EXPECT_EQ(go_on(1, 40), 29);
  EXPECT_EQ(go_on(1, 40), 29);
}

}  // namespace
}  // namespace kubus::apiserver::fairness
