// Times and durations of the API, durations and sizes of the configuration.
#include "kubus/api/time.h"
#include "kubus/config.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

void times(std::string_view input) {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  if (read_time(input, seconds, nanos).ok()) {
    std::string text;
    append_time(seconds, text);
    std::int64_t again = 0;
    require(read_time(text, again, nanos).ok() && again == seconds, "a time does not print itself");
  }
  if (read_micro_time(input, seconds, nanos).ok()) {
    std::string text;
    append_micro_time(seconds, nanos, text);
    std::int64_t again = 0;
    std::int32_t again_nanos = 0;
    require(read_micro_time(text, again, again_nanos).ok() && again == seconds,
            "a time of microseconds does not print itself");
  }
  if (const auto time = parse_time(input); time.ok()) (void)format_time(*time);
  if (const auto time = parse_micro_time(input); time.ok()) (void)format_micro_time(*time);
}

void durations(std::string_view input) {
  if (const auto duration = parse_duration(input); duration.ok()) {
    const auto again = parse_duration(format_duration(*duration));
    require(again.ok() && *again == *duration, "a duration does not print itself");
  }
  (void)read_duration(input);
  (void)parse_size(input);
}

}  // namespace

void run(std::string_view input) {
  times(input);
  durations(input);
}

std::vector<std::string> seeds() {
  return {"2026-01-02T15:04:05Z",
          "2026-01-02T15:04:05.123456Z",
          "2024-02-29T23:59:59.999999999+14:00",
          "0000-01-01T00:00:00-23:59",
          "9999-12-31T23:59:59Z",
          "1h2m3.5s",
          "-1.5us",
          "100ms",
          "2562047h47m16.854775807s",
          "0",
          "1d",
          "64Mi",
          "1.5Gi",
          "4096",
          "1µs"};
}

}  // namespace kubus::fuzz
