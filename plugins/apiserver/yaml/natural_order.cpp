#include "yaml/natural_order.h"

#include <cstdint>

namespace kubus::apiserver {
namespace {

bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
// Bytes beyond ASCII are taken for parts of letters, which nearly all of them are.
bool is_letter(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

// The number that begins at `at`; its end in `end`.
std::uint64_t number_at(std::string_view text, std::size_t at, std::size_t& end,
                        std::uint64_t value) {
  for (end = at; end < text.size() && is_digit(static_cast<unsigned char>(text[end])); ++end)
    value = value * 10 + static_cast<std::uint64_t>(text[end] - '0');
  return value;
}

// Whether digits other than 0 stand right before `at`, so that zeros there count.
bool follows_digits(std::string_view text, std::size_t at) {
  while (at > 0 && is_digit(static_cast<unsigned char>(text[at - 1])))
    if (text[--at] != '0') return true;
  return false;
}

}  // namespace

bool is_naturally_less(std::string_view a, std::string_view b) {
  bool digits = false;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const auto x = static_cast<unsigned char>(a[i]), y = static_cast<unsigned char>(b[i]);
    if (x == y) {
      digits = is_digit(x);
      continue;
    }
    const bool x_letter = is_letter(x), y_letter = is_letter(y);
    if (x_letter && y_letter) return x < y;
    if (x_letter || y_letter) return digits ? x_letter : y_letter;
    const bool zeros = (x == '0' || y == '0') && follows_digits(a, i);
    std::size_t x_end = 0, y_end = 0;
    const auto x_number = number_at(a, i, x_end, zeros ? 1 : 0);
    const auto y_number = number_at(b, i, y_end, zeros ? 1 : 0);
    if (x_number != y_number) return x_number < y_number;
    if (x_end != y_end) return x_end < y_end;
    return x < y;
  }
  return a.size() < b.size();
}

}  // namespace kubus::apiserver
