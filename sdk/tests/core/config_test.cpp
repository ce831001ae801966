#include "kubus/config.h"

#include <gtest/gtest.h>

namespace kubus {
namespace {

using std::chrono::nanoseconds;

TEST(UnitsTest, DurationsAreReadExactly) {
  const struct {
    const char* text;
    std::int64_t ns;
  } good[] = {{"0", 0},
              {"250ms", 250'000'000},
              {"1m30s", 90'000'000'000},
              {"1.5s", 1'500'000'000},
              {"2h", 7'200'000'000'000},
              {"10us", 10'000},
              {"1d", 86'400'000'000'000}};
  for (const auto& one : good) {
    const auto result = read_duration(one.text);
    ASSERT_TRUE(result.ok()) << one.text;
    EXPECT_EQ(*result, nanoseconds(one.ns)) << one.text;
  }
  for (const char* bad : {"", "5", "s", "-1s", "1x", "1s ", "nan", "1e3s", "999999999999d"})
    EXPECT_EQ(read_duration(bad).code(), Code::kInvalid) << bad;
}

TEST(UnitsTest, SizesAreReadExactly) {
  const struct {
    const char* text;
    std::int64_t bytes;
  } good[] = {
      {"0", 0},     {"4096", 4096}, {"64Mi", 64LL << 20}, {"1.5Gi", 3LL << 29}, {"64M", 64'000'000},
      {"1k", 1000}, {"7B", 7}};
  for (const auto& one : good) {
    const auto result = parse_size(one.text);
    ASSERT_TRUE(result.ok()) << one.text;
    EXPECT_EQ(*result, one.bytes) << one.text;
  }
  for (const char* bad : {"", "x", "-1", "1 Mi", "1MiB", "99999999999Ti"})
    EXPECT_EQ(parse_size(bad).code(), Code::kInvalid) << bad;
}

TEST(ConfigTest, GettersReadTheirTypes) {
  const Config config(Config::Values{{"name", "x"},
                                     {"count", "-3"},
                                     {"ratio", "0.5"},
                                     {"on", "true"},
                                     {"wait", "1m30s"},
                                     {"size", "64Ki"},
                                     {"list", "a\nb\n"},
                                     {"none", ""}});
  EXPECT_EQ(config.string("name"), "x");
  EXPECT_EQ(config.integer("count"), -3);
  EXPECT_DOUBLE_EQ(config.number("ratio"), 0.5);
  EXPECT_TRUE(config.boolean("on"));
  EXPECT_EQ(config.duration("wait"), std::chrono::seconds(90));
  EXPECT_EQ(config.bytes("size"), 65536);
  EXPECT_EQ(config.list("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(config.list("none").empty());
}

TEST(ConfigDeathTest, AnUndeclaredKeyIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>(Config().string("absent")), "\"absent\": is not declared");
}

}  // namespace
}  // namespace kubus
