// Named time zones, from the system's database (tzdata).
//
// Thread safety: all functions from any thread; a TimeZone is immutable. Files are read once and
// kept: a database that is replaced is seen after a restart.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

// Whether it can be the name of a zone: "Europe/Berlin". No path leaves the database by one.
bool is_zone_name(std::string_view name);

class TimeZone {
 public:
  // A file in the format of RFC 9636; null for what is none.
  static std::shared_ptr<const TimeZone> parse(std::string_view file);

  // Seconds east of UTC at that time, which is in seconds since 1970.
  std::int64_t offset_at(std::int64_t time) const;

 private:
  // When the clocks change, as the footer of the file says it of all years to come.
  struct Change {
    enum class Day : std::uint8_t { kMonthWeek, kJulian, kDayOfYear } day = Day::kMonthWeek;
    int month = 0, week = 0, weekday = 0;
    std::int64_t time = 2 * 3600;  // after midnight, by the clock before the change
  };
  struct Rule {
    std::int64_t standard = 0, summer = 0;
    bool has_summer = false;
    Change begin, end;
  };
  class RuleReader;

  static std::int64_t when(const Change& change, int year);
  std::int64_t offset_by_rule(std::int64_t time) const;

  std::vector<std::int64_t> times_;    // of changes, ascending
  std::vector<std::int32_t> offsets_;  // from each of them on
  std::int32_t first_ = 0;             // before all of them
  bool has_rule_ = false;              // for what comes after the last
  Rule rule_;
};

// Null for a name that is not in the database. "UTC" is known without one.
std::shared_ptr<const TimeZone> find_time_zone(std::string_view name);

}  // namespace kubus::apiserver
