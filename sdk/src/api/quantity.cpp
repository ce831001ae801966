#include "kubus/api/quantity.h"

#include <k8s/apimachinery/quantity.pb.h>

#include <array>

namespace kubus {
namespace {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UWide;

constexpr Wide kNano = 1'000'000'000;
constexpr Wide kMilli = 1'000'000;
constexpr Wide kLargest = static_cast<Wide>(INT64_MAX) * kNano;
constexpr UWide kWideMax = static_cast<UWide>(-1) >> 1;

constexpr std::string_view kWrongFormat =
    "quantities must match the regular expression "
    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view kWrongSuffix = "unable to parse quantity's suffix";

struct Suffix {
  std::string_view text;
  int exponent;  // of ten, or of two
  QuantityFormat format;
};
constexpr std::array kSuffixes = {
    Suffix{"n", -9, QuantityFormat::kDecimalSi}, Suffix{"u", -6, QuantityFormat::kDecimalSi},
    Suffix{"m", -3, QuantityFormat::kDecimalSi}, Suffix{"", 0, QuantityFormat::kDecimalSi},
    Suffix{"k", 3, QuantityFormat::kDecimalSi},  Suffix{"M", 6, QuantityFormat::kDecimalSi},
    Suffix{"G", 9, QuantityFormat::kDecimalSi},  Suffix{"T", 12, QuantityFormat::kDecimalSi},
    Suffix{"P", 15, QuantityFormat::kDecimalSi}, Suffix{"E", 18, QuantityFormat::kDecimalSi},
    Suffix{"Ki", 10, QuantityFormat::kBinarySi}, Suffix{"Mi", 20, QuantityFormat::kBinarySi},
    Suffix{"Gi", 30, QuantityFormat::kBinarySi}, Suffix{"Ti", 40, QuantityFormat::kBinarySi},
    Suffix{"Pi", 50, QuantityFormat::kBinarySi}, Suffix{"Ei", 60, QuantityFormat::kBinarySi},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The parts of the text of a quantity.
struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::string_view suffix;
};

std::string_view take(std::string_view& text, bool (*wanted)(char)) {
  std::size_t n = 0;
  while (n < text.size() && wanted(text[n])) ++n;
  auto taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

bool take_parts(std::string_view text, Parts& parts) {
  if (text.empty()) return false;
  if (text[0] == '-' || text[0] == '+') {
    parts.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  parts.whole = take(text, is_digit);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    parts.fraction = take(text, is_digit);
  }
  parts.suffix = text;
  take(text,
       [](char c) { return std::string_view("eEinumkKMGTP").find(c) != std::string_view::npos; });
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  take(text, is_digit);
  return text.empty();
}

bool find_suffix(std::string_view text, Suffix& out) {
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.text == text) {
      out = suffix;
      return true;
    }
  }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return false;
  bool negative = text[1] == '-';
  std::string_view digits = text.substr(negative || text[1] == '+' ? 2 : 1);
  if (digits.empty()) return false;
  int exponent = 0;
  for (char c : digits) {
    if (!is_digit(c)) return false;
    if (exponent < 10'000) exponent = exponent * 10 + (c - '0');
  }
  out = {text, negative ? -exponent : exponent, QuantityFormat::kDecimalExponent};
  return true;
}

// The leading digits as a number; how many were left out, and whether any of those was not zero.
struct Mantissa {
  UWide value = 0;
  int dropped = 0;
  bool inexact = false;
};

Mantissa read_digits(const Parts& parts, int keep) {
  Mantissa out;
  int significant = 0;
  auto add = [&](char c) {
    if (significant == 0 && c == '0') return;
    if (significant == keep) {
      ++out.dropped;
      out.inexact |= c != '0';
      return;
    }
    ++significant;
    out.value = out.value * 10 + static_cast<unsigned>(c - '0');
  };
  for (char c : parts.whole) add(c);
  for (char c : parts.fraction) add(c);
  return out;
}

// `value` times ten to the power of `exponent`, rounded up; false when it does not fit.
bool shift_decimal(UWide& value, int exponent, bool inexact) {
  for (; exponent > 0 && value != 0; --exponent) {
    if (value > kWideMax / 10) return false;
    value *= 10;
  }
  bool rest = inexact;
  for (; exponent < 0 && value != 0; ++exponent) {
    rest |= value % 10 != 0;
    value /= 10;
  }
  if (rest) ++value;
  return true;
}

void append_number(Wide number, std::string& out) {
  char buffer[48];
  char* at = buffer + sizeof buffer;
  UWide rest = number < 0 ? -static_cast<UWide>(number) : static_cast<UWide>(number);
  do {
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (number < 0) *--at = '-';
  out.append(at, buffer + sizeof buffer);
}

void append_suffix(int exponent, QuantityFormat format, std::string& out) {
  if (format == QuantityFormat::kDecimalExponent) {
    if (exponent != 0) out += "e" + std::to_string(exponent);
    return;
  }
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.exponent == exponent && suffix.format == format) {
      out += suffix.text;
      return;
    }
  }
}

// Away from zero, cut off at the ends.
std::int64_t divide_up(Wide nano, Wide by) {
  Wide out = nano / by;
  if (nano % by != 0) out += nano < 0 ? -1 : 1;
  if (out > INT64_MAX) return INT64_MAX;
  if (out < INT64_MIN) return INT64_MIN;
  return static_cast<std::int64_t>(out);
}

Wide add(Wide a, Wide b) {
  Wide sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? -kLargest : kLargest;
}

}  // namespace

QuantityValue QuantityValue::from_milli(std::int64_t milli) {
  QuantityValue out;
  out.nano_ = milli * kMilli;
  return out;
}

QuantityValue QuantityValue::from_int(std::int64_t units, QuantityFormat format) {
  QuantityValue out;
  out.nano_ = units * kNano;
  out.format_ = format;
  return out;
}

Result<QuantityValue> QuantityValue::parse(std::string_view text) {
  Parts parts;
  Suffix suffix;
  if (!take_parts(text, parts)) return Status(Code::kBadRequest, std::string(kWrongFormat));
  if (!find_suffix(parts.suffix, suffix)) {
    return Status(Code::kBadRequest, std::string(kWrongSuffix));
  }
  bool binary = suffix.format == QuantityFormat::kBinarySi;
  // As many digits as leave room for the largest suffix.
  Mantissa digits = read_digits(parts, binary ? 19 : 36);
  if (binary) digits.value <<= suffix.exponent;
  // A very long run of digits is beyond every limit below, whatever its exponent.
  auto length = [](std::string_view run) {
    return static_cast<int>(run.size() < 100'000 ? run.size() : 100'000);
  };
  int exponent = 9 + (binary ? 0 : suffix.exponent) - length(parts.fraction) + digits.dropped;
  bool fits = shift_decimal(digits.value, exponent, digits.inexact);
  QuantityValue out;
  out.format_ = suffix.format;
  out.nano_ = fits ? static_cast<Wide>(digits.value) : kLargest;
  if (binary && out.nano_ > kLargest) out.nano_ = kLargest;
  if (parts.negative) out.nano_ = -out.nano_;
  return out;
}

QuantityValue QuantityValue::of(const Quantity& field) {
  if (!field.has_string()) return {};
  auto value = parse(field.string());
  return value.ok() ? *value : QuantityValue();
}

void QuantityValue::append_to(std::string& out) const {
  if (nano_ == 0) {
    out += '0';
    return;
  }
  bool whole = nano_ % kNano == 0;
  bool small = nano_ > -1024 * kNano && nano_ < 1024 * kNano;
  if (format_ == QuantityFormat::kBinarySi && whole && !small) {
    Wide number = nano_ / kNano;
    int exponent = 0;
    for (; exponent < 60 && number % 1024 == 0; exponent += 10) number /= 1024;
    append_number(number, out);
    if (exponent > 0) append_suffix(exponent, format_, out);
    return;
  }
  auto format = format_ == QuantityFormat::kBinarySi ? QuantityFormat::kDecimalSi : format_;
  int largest = format == QuantityFormat::kDecimalSi ? 18 : 27;
  Wide number = nano_;
  int exponent = -9;
  for (; exponent < largest && number % 1000 == 0; exponent += 3) number /= 1000;
  append_number(number, out);
  append_suffix(exponent, format, out);
}

std::string QuantityValue::to_string() const {
  std::string out;
  append_to(out);
  return out;
}

void QuantityValue::store(Quantity& field) const { field.set_string(to_string()); }

std::int64_t QuantityValue::value() const { return divide_up(nano_, kNano); }

std::int64_t QuantityValue::milli_value() const { return divide_up(nano_, kMilli); }

double QuantityValue::to_double() const { return static_cast<double>(nano_) / 1e9; }

QuantityValue& QuantityValue::operator+=(const QuantityValue& other) {
  if (nano_ == 0) format_ = other.format_;
  nano_ = add(nano_, other.nano_);
  return *this;
}

QuantityValue& QuantityValue::operator-=(const QuantityValue& other) { return *this += -other; }

QuantityValue QuantityValue::operator-() const {
  QuantityValue out = *this;
  out.nano_ = -out.nano_;
  return out;
}

}  // namespace kubus
