// The parts of timestamps and durations.
#include <charconv>
#include <chrono>
#include <optional>

#include "cel/functions.h"
#include "validation/time_zone.h"

namespace kubus::apiserver::cel {
namespace {

using namespace std::chrono;

// Seconds east of UTC at that time, for "+02:00", "-08:00" and names of zones.
std::optional<std::int64_t> zone_offset(std::string_view zone, std::int64_t time) {
  if (zone.empty() || zone == "UTC") return 0;
  const auto colon = zone.find(':');
  if (colon == std::string_view::npos) {
    const auto found = find_time_zone(zone);
    return found ? std::optional(found->offset_at(time)) : std::nullopt;
  }
  const int sign = zone[0] == '-' ? -1 : 1;
  const std::size_t first = zone[0] == '-' || zone[0] == '+' ? 1 : 0;
  int hours = 0, minutes = 0;
  const auto* begin = zone.data();
  const auto h = std::from_chars(begin + first, begin + colon, hours);
  const auto m = std::from_chars(begin + colon + 1, begin + zone.size(), minutes);
  if (h.ec != std::errc() || m.ec != std::errc() || h.ptr != begin + colon ||
      m.ptr != begin + zone.size() || hours > 23 || minutes > 59)
    return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

struct Parts {
  year_month_day date;
  std::int64_t second_of_day;
  sys_days day;
};

Parts parts_of(std::int64_t seconds) {
  const auto day = floor<days>(sys_seconds(std::chrono::seconds(seconds)));
  return {year_month_day(day), seconds - day.time_since_epoch().count() * 86400, day};
}

template <auto Pick>
Value part(Args a) {
  std::int64_t offset = 0;
  if (a.size() > 1) {
    const auto found = zone_offset(a[1].as_text(), a[0].as_int());
    if (!found) return Value::error("unknown time zone " + std::string(a[1].as_text()));
    offset = *found;
  }
  return Value::of(static_cast<std::int64_t>(Pick(parts_of(a[0].as_int() + offset))));
}

constexpr auto kYear = [](const Parts& p) { return static_cast<int>(p.date.year()); };
constexpr auto kMonth = [](const Parts& p) { return static_cast<unsigned>(p.date.month()) - 1; };
constexpr auto kDate = [](const Parts& p) { return static_cast<unsigned>(p.date.day()); };
constexpr auto kDayOfMonth = [](const Parts& p) { return static_cast<unsigned>(p.date.day()) - 1; };
constexpr auto kDayOfWeek = [](const Parts& p) { return weekday(p.day).c_encoding(); };
constexpr auto kDayOfYear = [](const Parts& p) {
  return (p.day - sys_days(p.date.year() / January / 1)).count();
};
constexpr auto kHours = [](const Parts& p) { return p.second_of_day / 3600; };
constexpr auto kMinutes = [](const Parts& p) { return p.second_of_day / 60 % 60; };
constexpr auto kSeconds = [](const Parts& p) { return p.second_of_day % 60; };

template <std::int64_t Unit>
Value whole(Args a) {
  return Value::of(a[0].as_int() / Unit);
}
Value milliseconds_of_time(Args a) { return Value::of(std::int64_t(a[0].nanos() / 1'000'000)); }
Value milliseconds_of_duration(Args a) { return Value::of(a[0].as_int() / 1'000'000 % 1000); }

constexpr Signature kTimes[] = {
    {"[timestamp] getFullYear() int", part<kYear>},
    {"[timestamp] getFullYear(string) int", part<kYear>},
    {"[timestamp] getMonth() int", part<kMonth>},
    {"[timestamp] getMonth(string) int", part<kMonth>},
    {"[timestamp] getDate() int", part<kDate>},
    {"[timestamp] getDate(string) int", part<kDate>},
    {"[timestamp] getDayOfMonth() int", part<kDayOfMonth>},
    {"[timestamp] getDayOfMonth(string) int", part<kDayOfMonth>},
    {"[timestamp] getDayOfWeek() int", part<kDayOfWeek>},
    {"[timestamp] getDayOfWeek(string) int", part<kDayOfWeek>},
    {"[timestamp] getDayOfYear() int", part<kDayOfYear>},
    {"[timestamp] getDayOfYear(string) int", part<kDayOfYear>},
    {"[timestamp] getHours() int", part<kHours>},
    {"[timestamp] getHours(string) int", part<kHours>},
    {"[timestamp] getMinutes() int", part<kMinutes>},
    {"[timestamp] getMinutes(string) int", part<kMinutes>},
    {"[timestamp] getSeconds() int", part<kSeconds>},
    {"[timestamp] getSeconds(string) int", part<kSeconds>},
    {"[timestamp] getMilliseconds() int", milliseconds_of_time},
    {"[timestamp] getMilliseconds(string) int", milliseconds_of_time},
    {"[duration] getHours() int", whole<3'600'000'000'000>},
    {"[duration] getMinutes() int", whole<60'000'000'000>},
    {"[duration] getSeconds() int", whole<1'000'000'000>},
    {"[duration] getMilliseconds() int", milliseconds_of_duration},
};

}  // namespace

std::span<const Signature> time_functions() { return kTimes; }

}  // namespace kubus::apiserver::cel
