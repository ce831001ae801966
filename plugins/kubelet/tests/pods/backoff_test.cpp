#include "backoff.h"

#include <gtest/gtest.h>

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToFiveMinutes) {
  Backoff backoff;
  auto now = Backoff::Clock::time_point(1h);
  EXPECT_EQ(backoff.remaining("k", now, now), 0s) << "the first failure is tried again at once";
  for (const auto expected : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    backoff.next("k", now, now);
    EXPECT_EQ(backoff.current("k"), expected);
    EXPECT_EQ(backoff.remaining("k", now, now), expected);
    EXPECT_EQ(backoff.remaining("k", now, now + expected - 1s), 1s);
    now += expected;
    EXPECT_EQ(backoff.remaining("k", now - expected, now), 0s);
  }
  EXPECT_EQ(backoff.remaining("other", now, now), 0s);
}

TEST(Backoff, CountsFromTheFailureNotFromTheLastTry) {
  Backoff backoff;
  const auto start = Backoff::Clock::time_point(1h);
  backoff.next("k", start, start);
  EXPECT_EQ(backoff.remaining("k", start + 4s, start + 5s), 9s);
  EXPECT_EQ(backoff.remaining("k", start + 5s), 5s) << "without a failure of its own";
}

TEST(Backoff, IsForgottenAfterTenQuietMinutes) {
  Backoff backoff;
  const auto start = Backoff::Clock::time_point(1h);
  backoff.next("k", start, start);
  backoff.next("k", start, start);
  const auto later = start + 10min + 1s;
  EXPECT_EQ(backoff.remaining("k", later, later), 0s);
  backoff.next("k", later, later);
  EXPECT_EQ(backoff.current("k"), 10s);
}

TEST(Backoff, ForgetsByPrefix) {
  Backoff backoff;
  const auto now = Backoff::Clock::time_point(1h);
  backoff.next("u1/a", now, now);
  backoff.next("u2/a", now, now);
  backoff.forget("u1");
  EXPECT_EQ(backoff.current("u1/a"), 0s);
  EXPECT_EQ(backoff.current("u2/a"), 10s);
}

}  // namespace
}  // namespace kubus::kubelet
