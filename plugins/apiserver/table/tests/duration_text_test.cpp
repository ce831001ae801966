#include "table/duration_text.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

struct Case {
  std::int64_t seconds;
  const char* text;
};

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kYear = 365 * kDay;

constexpr Case kCases[] = {
    {-2, "<invalid>"},
    {-1, "0s"},
    {0, "0s"},
    {1, "1s"},
    {119, "119s"},
    {120, "2m"},
    {2 * kMinute + 3, "2m3s"},
    {10 * kMinute + 3, "10m"},
    {3 * kHour - 1, "179m"},
    {3 * kHour, "3h"},
    {7 * kHour + 5 * kMinute, "7h5m"},
    {8 * kHour + 5 * kMinute, "8h"},
    {2 * kDay - 1, "47h"},
    {2 * kDay, "2d"},
    {2 * kDay + 5 * kHour, "2d5h"},
    {8 * kDay + 5 * kHour, "8d"},
    {2 * kYear - 1, "729d"},
    {2 * kYear, "2y"},
    {3 * kYear + 7 * kDay, "3y7d"},
    {9 * kYear + 7 * kDay, "9y"},
};

TEST(HumanDuration, PrintsAsKubectlDoes) {
  for (const Case& c : kCases) {
    EXPECT_EQ(human_duration(std::chrono::seconds(c.seconds)), c.text) << c.seconds;
  }
}

TEST(ElapsedText, HoldsAllTimes) {
  using Time = std::chrono::system_clock::time_point;
  const Time now{std::chrono::hours(24 * 365 * 56)};
  EXPECT_EQ(elapsed_text(now - std::chrono::seconds(90), now), "90s");
  EXPECT_EQ(elapsed_text(Time::min(), now), "292y");
  EXPECT_EQ(elapsed_text(Time::max(), Time::min()), "<invalid>");
}

}  // namespace
}  // namespace kubus::apiserver
