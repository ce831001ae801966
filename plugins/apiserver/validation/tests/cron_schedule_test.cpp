#include "validation/cron_schedule.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

TEST(CronSchedule, AcceptsWhatCronWrites) {
  for (const char* schedule : {"* * * * *", "*/5 0-6 1,15 jan-MAR ?", "0 0 31 12 6", "@daily",
                               "@every 1h30m", "1-10/3 * * * mon", "*\t* * * +3", "*-5 * * * *",
                               "TZ=UTC * * * * *", "CRON_TZ=  @daily"}) {
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
    {"a * * * *", R"(failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax)"},
    {"-1- * * * *", R"(failed to parse int from : strconv.Atoi: parsing "": invalid syntax)"},
    {"1-2-3 * * * *", "too many hyphens: 1-2-3"},
    {"*/2/3 * * * *", "too many slashes: */2/3"},
    {"99999999999999999999 * * * *",
     "failed to parse int from 99999999999999999999: strconv.Atoi: parsing "
     "\"99999999999999999999\": value out of range"},
    {"32-5 * * * 32-5", "beginning of range (32) beyond end of range (5): 32-5"},
    {"*/-1 * * * *", "negative number (-1) not allowed: -1"},
    {"TZ=No/Where * * * * *", "provided bad location No/Where: unknown time zone No/Where"},
    {"*/0 * * * *", "step of range should be a positive number: */0"},
    {"@often", "unrecognized descriptor: @often"},
    {"@every x", R"(failed to parse duration @every x: time: invalid duration "x")"},
};

TEST(CronSchedule, SaysWhatIsWrong) {
  for (const Case& c : kCases) EXPECT_EQ(check_schedule(c.schedule), c.error);
}

}  // namespace
}  // namespace kubus::apiserver
