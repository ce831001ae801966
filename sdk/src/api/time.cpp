#include "kubus/api/time.h"

#include <k8s/meta/v1/time.pb.h>

#include <algorithm>

namespace kubus {
namespace {

using std::chrono::days;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::string_view kLayout = "2006-01-02T15:04:05Z07:00";
constexpr std::string_view kMicroLayout = "2006-01-02T15:04:05.000000Z07:00";
// The zero time of the reference's language, 0001-01-01T00:00:00Z.
constexpr std::int64_t kYearOne = -62'135'596'800;
constexpr std::int64_t kYear0 = -62'167'219'200;
constexpr std::int64_t kYear9999 = 253'402'300'799;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_padded(std::int64_t number, int width, std::string& out) {
  char buffer[20];
  for (int i = width; i-- > 0; number /= 10) buffer[i] = static_cast<char>('0' + number % 10);
  out.append(buffer, static_cast<std::size_t>(width));
}

// The date and time without fraction and zone.
void append_seconds(std::int64_t since_epoch, std::string& out) {
  since_epoch = std::clamp(since_epoch, kYear0, kYear9999);
  std::int64_t day = since_epoch / 86'400 - (since_epoch % 86'400 < 0);
  std::int64_t rest = since_epoch - day * 86'400;
  std::chrono::year_month_day date{std::chrono::sys_days(days(day))};
  append_padded(static_cast<int>(date.year()), 4, out);
  out += '-';
  append_padded(static_cast<unsigned>(date.month()), 2, out);
  out += '-';
  append_padded(static_cast<unsigned>(date.day()), 2, out);
  out += 'T';
  append_padded(rest / 3600, 2, out);
  out += ':';
  append_padded(rest / 60 % 60, 2, out);
  out += ':';
  append_padded(rest % 60, 2, out);
}

// Reads a time piece by piece, with the error messages of the reference.
class Parser {
 public:
  Parser(std::string_view text, std::string_view layout)
      : text_(text), rest_(text), layout_(layout) {}

  Status run(bool micro, std::int64_t& seconds, std::int32_t& fraction_nanos) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    number(4, "2006", year), token("-"), number(2, "01", month), range(month, 1, 12, "month");
    token("-"), number(2, "02", day), token("T"), number(2, "15", hour);
    range(hour, 0, 23, "hour"), token(":"), number(2, "04", minute);
    range(minute, 0, 59, "minute"), token(":"), number(2, "05", second);
    range(second, 0, 59, "second");
    std::int64_t nanos = micro ? fixed_fraction() : fraction();
    int offset = zone();
    std::chrono::year_month_day date{std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day))};
    if (error_.empty() && !rest_.empty()) fail("extra text: \"" + std::string(rest_) + "\"");
    if (error_.empty() && !date.ok()) fail("day out of range");
    if (!error_.empty()) return Status(Code::kBadRequest, error_);
    seconds = std::chrono::sys_days(date).time_since_epoch().count() * 86'400LL + hour * 3600 +
              minute * 60 + second - offset;
    fraction_nanos = static_cast<std::int32_t>(nanos);
    return {};
  }

 private:
  void fail(const std::string& what) {
    if (error_.empty()) error_ = "parsing time \"" + std::string(text_) + "\": " + what;
  }

  void cannot_parse(std::string_view as) {
    if (!error_.empty()) return;
    error_ = "parsing time \"" + std::string(text_) + "\" as \"" + std::string(layout_) +
             "\": cannot parse \"" + std::string(rest_) + "\" as \"" + std::string(as) + "\"";
  }

  bool digits(std::size_t from, std::size_t count) const {
    if (rest_.size() < from + count) return false;
    return std::all_of(rest_.begin() + static_cast<std::ptrdiff_t>(from),
                       rest_.begin() + static_cast<std::ptrdiff_t>(from + count), is_digit);
  }

  int take_number(std::size_t count) {
    int out = 0;
    for (char c : rest_.substr(0, count)) out = out * 10 + (c - '0');
    rest_.remove_prefix(count);
    return out;
  }

  void number(std::size_t count, std::string_view as, int& out) {
    if (!error_.empty()) return;
    if (!digits(0, count)) return cannot_parse(as);
    out = take_number(count);
  }

  void token(std::string_view wanted) {
    if (!error_.empty()) return;
    if (!rest_.starts_with(wanted)) return cannot_parse(wanted);
    rest_.remove_prefix(wanted.size());
  }

  void range(int value, int low, int high, std::string_view what) {
    if (error_.empty() && (value < low || value > high)) fail(std::string(what) + " out of range");
  }

  std::int64_t fraction() {
    if (!error_.empty() || !(rest_.starts_with('.') || rest_.starts_with(',')) || !digits(1, 1)) {
      return 0;
    }
    rest_.remove_prefix(1);
    std::int64_t nanos = 0;
    std::int64_t unit = 100'000'000;
    for (; !rest_.empty() && is_digit(rest_[0]); rest_.remove_prefix(1), unit /= 10) {
      nanos += (rest_[0] - '0') * unit;
    }
    return nanos;
  }

  std::int64_t fixed_fraction() {
    if (!error_.empty()) return 0;
    if (!rest_.starts_with('.') || !digits(1, 6)) {
      cannot_parse(".000000");
      return 0;
    }
    rest_.remove_prefix(1);
    return take_number(6) * 1000LL;
  }

  int zone() {
    if (!error_.empty()) return 0;
    if (rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      return 0;
    }
    bool sign = rest_.starts_with('+') || rest_.starts_with('-');
    if (!sign || !digits(1, 2) || rest_.substr(3, 1) != ":" || !digits(4, 2)) {
      cannot_parse("Z07:00");
      return 0;
    }
    int direction = rest_[0] == '-' ? -1 : 1;
    rest_.remove_prefix(1);
    int hours = take_number(2);
    rest_.remove_prefix(1);
    int minutes = take_number(2);
    range(hours, 0, 24, "time zone offset hour");
    range(minutes, 0, 59, "time zone offset minute");
    return direction * (hours * 3600 + minutes * 60);
  }

  std::string_view text_;
  std::string_view rest_;
  std::string_view layout_;
  std::string error_;
};

std::int64_t whole_seconds(SystemTime time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

SystemTime from_parts(std::int64_t whole, std::int32_t nanos) {
  constexpr std::int64_t kLimit = INT64_MAX / 1'000'000'000 - 1;
  if (whole == kYearOne) return {};
  whole = std::clamp(whole, -kLimit, kLimit);
  nanos = std::clamp(nanos, 0, 999'999'999);
  return SystemTime(
      std::chrono::duration_cast<SystemTime::duration>(seconds(whole) + nanoseconds(nanos)));
}

}  // namespace

void append_time(std::int64_t since_epoch, std::string& out) {
  append_seconds(since_epoch, out);
  out += 'Z';
}

void append_micro_time(std::int64_t since_epoch, std::int32_t nanos, std::string& out) {
  append_seconds(since_epoch, out);
  out += '.';
  append_padded(std::clamp(nanos, 0, 999'999'999) / 1000, 6, out);
  out += 'Z';
}

std::string format_time(SystemTime time) {
  std::string out;
  append_time(whole_seconds(time), out);
  return out;
}

std::string format_micro_time(SystemTime time) {
  meta_v1::MicroTime field;
  set_time(field, time);
  std::string out;
  append_micro_time(field.seconds(), field.nanos(), out);
  return out;
}

Status read_time(std::string_view text, std::int64_t& seconds, std::int32_t& nanos) {
  return Parser(text, kLayout).run(false, seconds, nanos);
}

Status read_micro_time(std::string_view text, std::int64_t& seconds, std::int32_t& nanos) {
  return Parser(text, kMicroLayout).run(true, seconds, nanos);
}

Result<SystemTime> parse_time(std::string_view text) {
  std::int64_t whole = 0;
  std::int32_t nanos = 0;
  KUBUS_TRY(read_time(text, whole, nanos));
  return from_parts(whole, nanos);
}

Result<SystemTime> parse_micro_time(std::string_view text) {
  std::int64_t whole = 0;
  std::int32_t nanos = 0;
  KUBUS_TRY(read_micro_time(text, whole, nanos));
  return from_parts(whole, nanos);
}

void set_time(meta_v1::Time& field, SystemTime time) {
  field.set_seconds(whole_seconds(time));
  field.clear_nanos();
}

void set_time(meta_v1::MicroTime& field, SystemTime time) {
  std::int64_t whole = whole_seconds(time);
  auto below = time.time_since_epoch() - seconds(whole);
  auto micros = std::chrono::duration_cast<std::chrono::microseconds>(below).count();
  field.set_seconds(whole);
  field.set_nanos(static_cast<std::int32_t>(micros * 1000));
}

SystemTime to_time(const meta_v1::Time& field) {
  return from_parts(field.seconds(), field.nanos());
}

SystemTime to_time(const meta_v1::MicroTime& field) {
  return from_parts(field.seconds(), field.nanos());
}

bool is_zero(const meta_v1::Time& field) {
  return (!field.has_seconds() && !field.has_nanos()) || field.seconds() == kYearOne;
}

bool is_zero(const meta_v1::MicroTime& field) {
  return (!field.has_seconds() && !field.has_nanos()) || field.seconds() == kYearOne;
}

void set_now(meta_v1::Time& field) { set_time(field, std::chrono::system_clock::now()); }
void set_now(meta_v1::MicroTime& field) { set_time(field, std::chrono::system_clock::now()); }

}  // namespace kubus
