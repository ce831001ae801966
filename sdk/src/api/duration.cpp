// Durations as Go writes and reads them.
#include <array>
#include <cmath>

#include "kubus/api/time.h"

namespace kubus {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};
constexpr std::array kUnits = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\xC2\xB5s", 1'000},
    Unit{"\xCE\xBCs", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
};
constexpr std::uint64_t kLimit = 1ull << 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `value` with `decimals` of its digits behind the point, none of them a trailing zero.
void append_decimal(std::uint64_t value, int decimals, std::string& out) {
  std::uint64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  out += std::to_string(value / unit);
  std::uint64_t rest = value % unit;
  if (rest == 0) return;
  std::string digits = std::to_string(rest);
  digits.insert(0, static_cast<std::size_t>(decimals) - digits.size(), '0');
  while (digits.back() == '0') digits.pop_back();
  out += '.';
  out += digits;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

Status invalid(std::string_view text) {
  return Status(Code::kBadRequest, "time: invalid duration " + quoted(text));
}

// One number with a unit, in nanoseconds; false when it is malformed or too large.
bool take_component(std::string_view& rest, std::uint64_t& out, std::string_view& unit_name) {
  std::uint64_t whole = 0;
  std::size_t i = 0;
  for (; i < rest.size() && is_digit(rest[i]); ++i) {
    if (whole > kLimit / 10) return false;
    whole = whole * 10 + static_cast<std::uint64_t>(rest[i] - '0');
  }
  bool any = i > 0;
  double fraction = 0;
  if (i < rest.size() && rest[i] == '.') {
    double scale = 0.1;
    for (++i; i < rest.size() && is_digit(rest[i]); ++i, scale /= 10) {
      fraction += (rest[i] - '0') * scale;
      any = true;
    }
  }
  if (!any) return false;
  std::size_t start = i;
  while (i < rest.size() && rest[i] != '.' && !is_digit(rest[i])) ++i;
  unit_name = rest.substr(start, i - start);
  rest.remove_prefix(i);
  for (const Unit& unit : kUnits) {
    if (unit.name != unit_name) continue;
    if (whole > kLimit / unit.nanoseconds) return false;
    out = whole * unit.nanoseconds + static_cast<std::uint64_t>(std::floor(
                                         fraction * static_cast<double>(unit.nanoseconds) + 1e-6));
    return out <= kLimit;
  }
  out = kLimit + 1;  // no such unit
  return false;
}

}  // namespace

void append_duration(std::int64_t nanoseconds, std::string& out) {
  if (nanoseconds == 0) {
    out += "0s";
    return;
  }
  auto value = static_cast<std::uint64_t>(nanoseconds);
  if (nanoseconds < 0) {
    out += '-';
    value = 0 - value;
  }
  if (value < 1'000) {
    out += std::to_string(value) + "ns";
  } else if (value < 1'000'000) {
    append_decimal(value, 3, out);
    out += "\xC2\xB5s";
  } else if (value < 1'000'000'000) {
    append_decimal(value, 6, out);
    out += "ms";
  } else {
    constexpr std::uint64_t kMinute = 60'000'000'000;
    std::uint64_t minutes = value / kMinute;
    if (minutes >= 60) out += std::to_string(minutes / 60) + "h";
    if (minutes > 0) out += std::to_string(minutes % 60) + "m";
    append_decimal(value % kMinute, 9, out);
    out += 's';
  }
}

std::string format_duration(std::chrono::nanoseconds duration) {
  std::string out;
  append_duration(duration.count(), out);
  return out;
}

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  std::string_view rest = text;
  bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return std::chrono::nanoseconds(0);
  if (rest.empty()) return invalid(text);
  std::uint64_t total = 0;
  while (!rest.empty()) {
    std::uint64_t part = 0;
    std::string_view unit;
    if (!take_component(rest, part, unit)) {
      if (part <= kLimit) return invalid(text);
      if (unit.empty()) {
        return Status(Code::kBadRequest, "time: missing unit in duration " + quoted(text));
      }
      return Status(Code::kBadRequest,
                    "time: unknown unit " + quoted(unit) + " in duration " + quoted(text));
    }
    total += part;
    if (total > kLimit) return invalid(text);
  }
  if (total == kLimit && !negative) return invalid(text);
  auto count = static_cast<std::int64_t>(negative ? 0 - total : total);
  return std::chrono::nanoseconds(count);
}

}  // namespace kubus
