// Times and durations of the API: Time (whole seconds), MicroTime (microseconds), Duration (Go's
// "1h2m3s").
//
// Thread safety: functions without state. Times are UTC. A time without seconds and nanoseconds is
// "not set" throughout the API, and prints as null; 1970 is a time like others.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus {

using SystemTime = std::chrono::system_clock::time_point;

// "2026-01-02T15:04:05Z".
std::string format_time(SystemTime time);
// "2026-01-02T15:04:05.000000Z".
std::string format_micro_time(SystemTime time);
// RFC 3339 with any zone and any fraction; kBadRequest otherwise.
Result<SystemTime> parse_time(std::string_view text);
// RFC 3339 with exactly six decimals; kBadRequest otherwise.
Result<SystemTime> parse_micro_time(std::string_view text);

// Into and out of API fields. Time drops what is below a second, MicroTime below a microsecond.
void set_time(meta_v1::Time& field, SystemTime time);
void set_time(meta_v1::MicroTime& field, SystemTime time);
SystemTime to_time(const meta_v1::Time& field);
SystemTime to_time(const meta_v1::MicroTime& field);
bool is_zero(const meta_v1::Time& field);
bool is_zero(const meta_v1::MicroTime& field);
// The present by the system clock.
void set_now(meta_v1::Time& field);
void set_now(meta_v1::MicroTime& field);

// "1h0m0s", "1.5s", "0s".
std::string format_duration(std::chrono::nanoseconds duration);
// "1h30m", "-1.5s", "100ms"; kBadRequest otherwise, also when it does not fit.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

// Building blocks of the codecs: seconds since 1970, any year from 0 to 9999, which is more than
// SystemTime holds (1677 to 2262; the functions above cut off at its ends).
Status read_time(std::string_view text, std::int64_t& seconds, std::int32_t& nanos);
Status read_micro_time(std::string_view text, std::int64_t& seconds, std::int32_t& nanos);
void append_time(std::int64_t seconds, std::string& out);
void append_micro_time(std::int64_t seconds, std::int32_t nanos, std::string& out);
void append_duration(std::int64_t nanoseconds, std::string& out);

}  // namespace kubus
