#include <charconv>
#include <cmath>
#include <limits>

#include "kubus/config.h"

namespace kubus {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr Unit kDurations[] = {{"ns", 1.0}, {"us", 1e3},   {"ms", 1e6},   {"s", 1e9},
                               {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}};
constexpr double kKi = 1024.0;
constexpr Unit kSizes[] = {{"", 1.0},
                           {"B", 1.0},
                           {"k", 1e3},
                           {"K", 1e3},
                           {"M", 1e6},
                           {"G", 1e9},
                           {"T", 1e12},
                           {"Ki", kKi},
                           {"Mi", kKi* kKi},
                           {"Gi", kKi* kKi* kKi},
                           {"Ti", kKi* kKi* kKi* kKi}};

// Reads a number and the letters after it from the front of `text`.
bool take_term(std::string_view& text, double& number, std::string_view& unit) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  std::size_t letters = 0;
  while (letters < text.size() && ((text[letters] | 0x20) >= 'a' && (text[letters] | 0x20) <= 'z'))
    ++letters;
  unit = text.substr(0, letters);
  text.remove_prefix(letters);
  return true;
}

template <std::size_t N>
const Unit* find_unit(const Unit (&units)[N], std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return &unit;
  return nullptr;
}

constexpr double kLargest = 9.2e18;

}  // namespace

Result<std::chrono::nanoseconds> read_duration(std::string_view text) {
  const Status bad(Code::kInvalid,
                   "\"" + std::string(text) + "\" is no duration (write 90s, 1m30s or 250ms)");
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return bad;
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    std::string_view name;
    if (!take_term(text, number, name)) return bad;
    const Unit* unit = find_unit(kDurations, name);
    if (!unit) return bad;
    total += number * unit->factor;
  }
  if (total > kLargest) return bad;
  return std::chrono::nanoseconds(std::llround(total));
}

Result<std::int64_t> parse_size(std::string_view text) {
  const Status bad(Code::kInvalid,
                   "\"" + std::string(text) + "\" is no size (write 4096, 64Mi or 1.5Gi)");
  double number = 0;
  std::string_view name;
  std::string_view rest = text;
  if (!take_term(rest, number, name) || !rest.empty()) return bad;
  const Unit* unit = find_unit(kSizes, name);
  if (!unit || number * unit->factor > kLargest) return bad;
  return std::llround(number * unit->factor);
}

}  // namespace kubus
