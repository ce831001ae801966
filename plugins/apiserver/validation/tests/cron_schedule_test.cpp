#include "validation/cron_schedule.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

TEST(CronSchedule, AcceptsWhatCronWrites) {
  for (const char* schedule : {"* * * * *", "*/5 0-6 1,15 jan-MAR ?", "0 0 31 12 6", "@daily",
                               "@every 1h30m", "1-10/3 * * * mon"}) {
    EXPECT_EQ(check_schedule(schedule), "") << schedule;
  }
}

struct Case {
  const char* schedule;
  const char* error;
};

constexpr Case kCases[] = {
    {"* * *", "expected exactly 5 fields, found 3: [* * *]"},
    {"60 * * * *", "end of range (60) above maximum (59): 60"},
    {"* * 0 * *", "beginning of range (0) below minimum (1): 0"},
    {"5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"},
    {"a * * * *", "failed to parse int from a"},
    {"*/0 * * * *", "step of range should be a positive number: */0"},
    {"@often", "unrecognized descriptor: @often"},
    {"@every x", "failed to parse duration @every x"},
};

TEST(CronSchedule, SaysWhatIsWrong) {
  for (const Case& c : kCases) EXPECT_EQ(check_schedule(c.schedule), c.error);
}

}  // namespace
}  // namespace kubus::apiserver
