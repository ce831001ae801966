#include "cel/printing.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "kubus/api/time.h"

namespace kubus::apiserver::cel {
namespace {

// What follows the last zero of a fraction says nothing.
std::string fraction(std::int64_t nanos) {
  if (nanos == 0) return {};
  char buffer[16];
  std::snprintf(buffer, sizeof(buffer), ".%09lld", static_cast<long long>(nanos));
  std::string out = buffer;
  out.erase(out.find_last_not_of('0') + 1);
  return out;
}

std::string duration_text(std::int64_t nanos) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const bool minus = nanos < 0;
  const auto size =
      minus ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  return (minus ? "-" : "") + std::to_string(size / kSecond) +
         fraction(static_cast<std::int64_t>(size % kSecond)) + "s";
}

std::string timestamp_text(const Value& value) {
  std::string quoted;
  append_time(value.as_int(), quoted);
  // The codec's writer may quote.
  std::string out;
  for (const char c : quoted)
    if (c != '"') out += c;
  if (!out.empty() && out.back() == 'Z') out.pop_back();
  return out + fraction(value.nanos()) + "Z";
}

}  // namespace

std::string text_of(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Inf" : "+Inf";
  char buffer[400];
  const double size = std::fabs(number);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e21);
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  return {buffer, end.ptr};
}

std::string text_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
      return value.is_true() ? "true" : "false";
    case Kind::kInt:
      return std::to_string(value.as_int());
    case Kind::kUint:
      return std::to_string(value.as_uint());
    case Kind::kDouble:
      return text_of(value.as_double());
    case Kind::kTimestamp:
      return timestamp_text(value);
    case Kind::kDuration:
      return duration_text(value.as_int());
    default:
      return std::string(value.as_text());
  }
}

}  // namespace kubus::apiserver::cel
