#include "table/duration_text.h"

#include <cstdint>

namespace kubus::apiserver {
namespace {

std::string pair_text(std::int64_t big, const char* big_unit, std::int64_t small,
                      const char* small_unit) {
  std::string out = std::to_string(big) + big_unit;
  if (small != 0) out += std::to_string(small) + small_unit;
  return out;
}

}  // namespace

std::string human_duration(std::chrono::seconds duration) {
  const std::int64_t seconds = duration.count();
  // Clocks of two machines may differ by a little, not by more.
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return std::to_string(seconds) + "s";
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return pair_text(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return std::to_string(minutes) + "m";
  const std::int64_t hours = minutes / 60;
  if (hours < 8) return pair_text(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  const std::int64_t days = hours / 24;
  if (days < 8) return pair_text(days, "d", hours % 24, "h");
  if (days < 365 * 2) return std::to_string(days) + "d";
  if (days < 365 * 8) return pair_text(days / 365, "y", days % 365, "d");
  return std::to_string(days / 365) + "y";
}

std::string elapsed_text(std::chrono::system_clock::time_point time,
                         std::chrono::system_clock::time_point now) {
  std::int64_t nanoseconds = 0;
  const auto of = [](auto point) -> std::int64_t {
    return std::chrono::nanoseconds(point.time_since_epoch()).count();
  };
  if (__builtin_sub_overflow(of(now), of(time), &nanoseconds))
    nanoseconds = time < now ? INT64_MAX : INT64_MIN;
  return human_duration(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(nanoseconds)));
}

}  // namespace kubus::apiserver
