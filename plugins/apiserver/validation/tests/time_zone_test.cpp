// Zones by name, and files that are none.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "validation/time_zone.h"

namespace kubus::apiserver {
namespace {

constexpr std::int64_t kJanuary2024 = 1704067200, kJuly2024 = 1719792000;
constexpr std::int64_t kJanuary2060 = 2840140800, kJuly2060 = 2855865600;

std::int64_t offset(std::string_view name, std::int64_t time) {
  const auto zone = find_time_zone(name);
  return zone ? zone->offset_at(time) : -1;
}

TEST(TimeZone, KnowsTheClocksOfNamedZones) {
  if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin"))
    GTEST_SKIP() << "no database of time zones (package tzdata)";
  EXPECT_EQ(offset("Europe/Berlin", kJanuary2024), 3600);
  EXPECT_EQ(offset("Europe/Berlin", kJuly2024), 7200);
  EXPECT_EQ(offset("America/New_York", kJuly2024), -4 * 3600);
  EXPECT_EQ(offset("Asia/Kolkata", kJanuary2024), 5 * 3600 + 1800);
  // Sunday, 2024-03-31 01:00 UTC.
  EXPECT_EQ(offset("Europe/Berlin", 1711846799), 3600);
  EXPECT_EQ(offset("Europe/Berlin", 1711846800), 7200);
  // Beyond what a file lists.
  EXPECT_EQ(offset("Europe/Berlin", kJanuary2060), 3600);
  EXPECT_EQ(offset("Europe/Berlin", kJuly2060), 7200);
  EXPECT_EQ(offset("Australia/Sydney", kJanuary2060), 11 * 3600);
  EXPECT_EQ(offset("Australia/Sydney", kJuly2060), 10 * 3600);
}

TEST(TimeZone, LeavesTheDatabaseForNothing) {
  EXPECT_EQ(offset("UTC", kJuly2024), 0);
  for (const char* name : {"", "../etc/passwd", "Europe/../../etc/passwd", "/etc/passwd", "Nowhere",
                           "Europe", "zone.tab"})
    EXPECT_EQ(find_time_zone(name), nullptr) << name;
}

// A file of one zone without changes: 3,600 seconds east, "CET", and a footer.
std::string file(std::string_view footer) {
  const std::string zeros(3, '\0');
  const auto header = [&](char types, char letters) {
    std::string out = "TZif2" + std::string(15, '\0');
    for (const char count : {'\0', '\0', '\0', '\0', types, letters}) out += zeros + count;
    return out;
  };
  const std::string body = std::string("\0\0\x0e\x10\0\0", 6) + std::string("CET\0", 4);
  return header(1, 4) + body + header(1, 4) + body + "\n" + std::string(footer) + "\n";
}

TEST(TimeZone, GoesByTheFooterOfItsFile) {
  const auto plain = TimeZone::parse(file("CET-1"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->offset_at(kJuly2060), 3600);
  const auto summer = TimeZone::parse(file("CET-1CEST,M3.5.0,M10.5.0/3"));
  ASSERT_TRUE(summer);
  EXPECT_EQ(summer->offset_at(kJuly2060), 7200);
  const auto half = TimeZone::parse(file("<+0530>-5:30"));
  ASSERT_TRUE(half);
  EXPECT_EQ(half->offset_at(0), 19800);
  const auto days = TimeZone::parse(file("AAA0BBB,J60,J300"));
  ASSERT_TRUE(days);
  EXPECT_EQ(days->offset_at(kJuly2024), 3600);
  EXPECT_EQ(days->offset_at(kJanuary2024), 0);
  // What cannot be read counts for nothing.
  const auto odd = TimeZone::parse(file("CET-1CEST,M13.9.9,M1"));
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->offset_at(kJuly2060), 3600);
}

TEST(TimeZone, IsNotMadeOfBrokenFiles) {
  const auto whole = file("CET-1");
  for (std::size_t size = 0; size < whole.size() - 7; ++size)
    EXPECT_EQ(TimeZone::parse(std::string_view(whole).substr(0, size)), nullptr) << size;
  auto huge = whole;
  huge[32] = '\x7f';
  EXPECT_EQ(TimeZone::parse(huge), nullptr);
}

}  // namespace
}  // namespace kubus::apiserver
