// From one type to another; sizes; types.
#include <charconv>
#include <cmath>

#include "cel/functions.h"
#include "cel/printing.h"
#include "kubus/api/time.h"
#include "kubus/api/utf8.h"

namespace kubus::apiserver::cel {
namespace {

Value bad_text(const Value& from, const char* to) {
  return Value::error("type conversion error from 'string' to '" + std::string(to) +
                      "': " + std::string(from.as_text()));
}

template <class T>
Value number_of(const Value& text, const char* name) {
  auto digits = text.as_text();
  if (digits.starts_with('+')) digits.remove_prefix(1);
  T out{};
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (digits.empty() || end.ec != std::errc() || end.ptr != digits.data() + digits.size())
    return bad_text(text, name);
  return Value::of(out);
}

Value int_of_double(Args a) {
  const double real = a[0].as_double();
  if (!(real > -9223372036854775808.0 && real < 9223372036854775808.0))
    return Value::error("integer overflow");
  return Value::of(static_cast<std::int64_t>(real));
}
Value uint_of_double(Args a) {
  const double real = a[0].as_double();
  if (!(real >= 0 && real < 18446744073709551616.0))
    return Value::error("unsigned integer overflow");
  return Value::of(static_cast<std::uint64_t>(real));
}
Value int_of_uint(Args a) {
  if (a[0].as_uint() > INT64_MAX) return Value::error("integer overflow");
  return Value::of(static_cast<std::int64_t>(a[0].as_uint()));
}
Value uint_of_int(Args a) {
  if (a[0].as_int() < 0) return Value::error("unsigned integer overflow");
  return Value::of(static_cast<std::uint64_t>(a[0].as_int()));
}
Value bool_of(Args a) {
  const auto text = a[0].as_text();
  for (const auto yes : {"1", "t", "T", "true", "TRUE", "True"})
    if (text == yes) return Value::of(true);
  for (const auto no : {"0", "f", "F", "false", "FALSE", "False"})
    if (text == no) return Value::of(false);
  return bad_text(a[0], "bool");
}
Value timestamp_of(Args a) {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  if (!read_time(a[0].as_text(), seconds, nanos).ok())
    return bad_text(a[0], "google.protobuf.Timestamp");
  return Value::timestamp(seconds, nanos);
}
Value duration_of(Args a) {
  const auto duration = parse_duration(a[0].as_text());
  return duration.ok() ? Value::duration(duration->count())
                       : bad_text(a[0], "google.protobuf.Duration");
}
Value text_of_bytes(Args a) {
  if (!is_utf8(a[0].as_text()))
    return Value::error("invalid UTF-8 in bytes, cannot convert to string");
  return Value::text(std::string(a[0].as_text()));
}
Value itself(Args a) { return a[0]; }
Value printed(Args a) { return Value::text(text_of(a[0])); }
Value size(Args a) { return Value::of(static_cast<std::int64_t>(size_of(a[0]))); }

constexpr Signature kConversions[] = {
    {"int(int) int", itself},
    {"int(uint) int", int_of_uint},
    {"int(double) int", int_of_double},
    {"int(string) int", [](Args a) { return number_of<std::int64_t>(a[0], "int"); }},
    {"int(timestamp) int", [](Args a) { return Value::of(a[0].as_int()); }},
    {"int(duration) int", [](Args a) { return Value::of(a[0].as_int()); }},
    {"uint(uint) uint", itself},
    {"uint(int) uint", uint_of_int},
    {"uint(double) uint", uint_of_double},
    {"uint(string) uint", [](Args a) { return number_of<std::uint64_t>(a[0], "uint"); }},
    {"double(double) double", itself},
    {"double(int) double", [](Args a) { return Value::of(static_cast<double>(a[0].as_int())); }},
    {"double(uint) double", [](Args a) { return Value::of(static_cast<double>(a[0].as_uint())); }},
    {"double(string) double", [](Args a) { return number_of<double>(a[0], "double"); }},
    {"bool(bool) bool", itself},
    {"bool(string) bool", bool_of},
    {"string(string) string", itself},
    {"string(bytes) string", text_of_bytes, walk_first},
    {"string(bool) string", printed},
    {"string(int) string", printed},
    {"string(uint) string", printed},
    {"string(double) string", printed},
    {"string(timestamp) string", printed},
    {"string(duration) string", printed},
    {"bytes(bytes) bytes", itself},
    {"bytes(string) bytes", [](Args a) { return Value::bytes(std::string(a[0].as_text())); },
     walk_first},
    {"timestamp(timestamp) timestamp", itself},
    {"timestamp(string) timestamp", timestamp_of},
    {"timestamp(int) timestamp", [](Args a) { return Value::timestamp(a[0].as_int(), 0); }},
    {"duration(duration) duration", itself},
    {"duration(string) duration", duration_of},
    {"duration(int) duration", [](Args a) { return Value::duration(a[0].as_int()); }},
    {"dyn(A) dyn", itself},
    {"type(A) type(A)", [](Args a) { return Value::type(a[0].runtime_type()); }},
    {"size(string) int", size},
    {"size(bytes) int", size},
    {"size(list(A)) int", size},
    {"size(map(A, B)) int", size},
    {"[string] size() int", size},
    {"[bytes] size() int", size},
    {"[list(A)] size() int", size},
    {"[map(A, B)] size() int", size},
};

}  // namespace

std::span<const Signature> conversions() { return kConversions; }

}  // namespace kubus::apiserver::cel
