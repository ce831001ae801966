#include "supervisor/backoff.h"

#include <gtest/gtest.h>

namespace kubus::kernel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
const BackoffLimits kLimits{milliseconds(100), seconds(1), seconds(10)};

TEST(Backoff, DoublesUpToTheLimit) {
  Backoff backoff;
  for (auto expected : {100, 200, 400, 800, 1000, 1000})
    EXPECT_EQ(backoff.next(kLimits, {}), milliseconds(expected));
  EXPECT_EQ(backoff.failures(), 6);
}

TEST(Backoff, BeginsAnewAfterALongRun) {
  Backoff backoff;
  for (int i = 0; i < 5; ++i) (void)backoff.next(kLimits, seconds(1));
  EXPECT_EQ(backoff.next(kLimits, seconds(9)), seconds(1));
  EXPECT_EQ(backoff.next(kLimits, seconds(10)), milliseconds(100));
}

TEST(Backoff, StaysAtTheLimitForEver) {
  Backoff backoff;
  for (int i = 0; i < 10'000; ++i) (void)backoff.next(kLimits, {});
  EXPECT_EQ(backoff.next(kLimits, {}), seconds(1));
}

}  // namespace
}  // namespace kubus::kernel
