#include "kubus/api/time.h"

#include <gtest/gtest.h>
#include <k8s/meta/v1/time.pb.h>

namespace kubus {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(Time, ParsesEveryZoneAndFraction) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"1970-01-01T00:00:01Z", 1},
      {"2026-01-02T03:04:05Z", 1'767'323'045},
      {"2026-01-02T03:04:05.999Z", 1'767'323'045},
      {"2026-01-02T05:04:05+02:00", 1'767'323'045},
      {"2026-01-01T21:34:05-05:30", 1'767'323'045},
      {"2024-02-29T00:00:00Z", 1'709'164'800},
      {"1969-12-31T23:59:59Z", -1},
  };
  for (const auto& [text, expected] : cases) {
    SCOPED_TRACE(text);
    auto time = parse_time(text);
    ASSERT_TRUE(time.ok()) << time.status().to_string();
    EXPECT_EQ(std::chrono::floor<seconds>(time->time_since_epoch()).count(), expected);
  }
}

TEST(Time, NonsenseIsRefusedInTheReferencesWords) {
  const std::string as = " as \"2006-01-02T15:04:05Z07:00\": cannot parse ";
  const std::pair<std::string, std::string> cases[] = {
      {"", as + R"("" as "2006")"},
      {"2020-01-01", as + R"("" as "T")"},
      {"2020-01-01t00:00:00z", as + R"("t00:00:00z" as "T")"},
      {"2020-01-01T00:00:00", as + R"("" as "Z07:00")"},
      {"2020-13-01T00:00:00Z", ": month out of range"},
      {"2020-02-30T00:00:00Z", ": day out of range"},
      {"2020-01-01T24:00:00Z", ": hour out of range"},
      {"2020-01-01T00:00:00Zx", ": extra text: \"x\""},
  };
  for (const auto& [text, error] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(parse_time(text).status().message(), "parsing time \"" + text + "\"" + error);
  }
}

TEST(Time, MicroTimeNeedsSixDecimals) {
  EXPECT_TRUE(parse_micro_time("2020-01-01T00:00:00.123456Z").ok());
  EXPECT_FALSE(parse_micro_time("2020-01-01T00:00:00Z").ok());
  EXPECT_FALSE(parse_micro_time("2020-01-01T00:00:00.123456789Z").ok());
}

TEST(Time, PrintsWhatItParsed) {
  for (std::string_view text : {"2026-01-02T03:04:05Z", "0999-01-02T03:04:05Z",
                                "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"}) {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    std::string out;
    ASSERT_TRUE(read_time(text, seconds, nanos).ok());
    append_time(seconds, out);
    EXPECT_EQ(out, text);
  }
  EXPECT_EQ(format_time(*parse_time("2026-01-02T03:04:05Z")), "2026-01-02T03:04:05Z");
  EXPECT_EQ(format_micro_time(*parse_micro_time("2026-01-02T03:04:05.000042Z")),
            "2026-01-02T03:04:05.000042Z");
  EXPECT_EQ(format_micro_time(SystemTime(microseconds(-1))), "1969-12-31T23:59:59.999999Z");
  std::string out;
  append_time(-62'135'596'800, out);
  EXPECT_EQ(out, "0001-01-01T00:00:00Z");
}

TEST(Time, FieldsKeepTheirPrecision) {
  SystemTime time(microseconds(1'500'123'456));
  meta_v1::Time whole;
  set_time(whole, time);
  EXPECT_EQ(to_time(whole), SystemTime(seconds(1500)));
  meta_v1::MicroTime micro;
  set_time(micro, time);
  EXPECT_EQ(to_time(micro), time);
  EXPECT_TRUE(is_zero(meta_v1::Time()));
  set_now(whole);
  EXPECT_FALSE(is_zero(whole));
}

TEST(Time, TheBeginningOf1970IsATime) {
  meta_v1::Time whole;
  set_time(whole, SystemTime());
  EXPECT_FALSE(is_zero(whole));
  meta_v1::MicroTime micro;
  set_time(micro, SystemTime());
  EXPECT_FALSE(is_zero(micro));
  EXPECT_TRUE(is_zero(meta_v1::MicroTime()));
}

TEST(Duration, PrintsAsTheReferencePrints) {
  const std::pair<std::int64_t, std::string_view> cases[] = {
      {0, "0s"},
      {1, "1ns"},
      {1'100, "1.1\u00b5s"},
      {2'200'000, "2.2ms"},
      {3'300'000'000, "3.3s"},
      {60'000'000'000, "1m0s"},
      {245'000'000'000, "4m5s"},
      {3'600'000'000'000, "1h0m0s"},
      {5'400'500'000'000, "1h30m0.5s"},
      {-1'500'000'000, "-1.5s"},
      {INT64_MAX, "2562047h47m16.854775807s"},
      {INT64_MIN, "-2562047h47m16.854775808s"},
  };
  for (const auto& [count, text] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(format_duration(nanoseconds(count)), text);
    auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status().to_string();
    EXPECT_EQ(parsed->count(), count);
  }
}

TEST(Duration, ParsesMixedUnits) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0", 0},
      {"1h30m", 5'400'000'000'000},
      {"1.5h", 5'400'000'000'000},
      {".5s", 500'000'000},
      {"+5s", 5'000'000'000},
      {"100us", 100'000},
      {"1h1ns", 3'600'000'000'001},
      {"0.1ms", 100'000},
  };
  for (const auto& [text, count] : cases) {
    SCOPED_TRACE(text);
    auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status().to_string();
    EXPECT_EQ(parsed->count(), count);
  }
}

TEST(Duration, NonsenseIsRefusedInTheReferencesWords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "time: invalid duration \"\""},
      {"-", "time: invalid duration \"-\""},
      {"x", "time: invalid duration \"x\""},
      {".s", "time: invalid duration \".s\""},
      {"3", "time: missing unit in duration \"3\""},
      {"3x", "time: unknown unit \"x\" in duration \"3x\""},
      {"9999999999h", "time: invalid duration \"9999999999h\""},
  };
  for (const auto& [text, error] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(parse_duration(text).status().message(), error);
  }
}

}  // namespace
}  // namespace kubus
