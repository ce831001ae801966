#include "validation/printable.h"

#include <algorithm>
#include <cstdio>

#include "kubus/api/utf8.h"

namespace kubus::apiserver {

char32_t code_point(std::string_view rune) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rune[i]); };
  if (rune.size() == 1) return byte(0);
  char32_t point = byte(0) & (0x7F >> rune.size());
  for (std::size_t i = 1; i < rune.size(); ++i) point = point << 6 | (byte(i) & 0x3F);
  return point;
}

std::vector<std::string_view> runes_of(std::string_view text) {
  std::vector<std::string_view> runes;
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(utf8_length(text, 0), 1);
    runes.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return runes;
}

bool is_printable(std::string_view rune) {
  const auto point = code_point(rune);
  const bool control = point < 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0xAD;
  const bool space = point >= 0x2000 && point <= 0x200F;
  return !control && !space && point != 0x2028 && point != 0x2029 && point != 0x3000;
}

std::vector<std::string> unprintable_in(std::string_view text) {
  std::vector<std::string> out;
  std::size_t position = 0;
  for (const auto rune : runes_of(text)) {
    if (!is_printable(rune)) {
      char point[16];
      std::snprintf(point, sizeof(point), "U+%04X", static_cast<unsigned>(code_point(rune)));
      out.push_back(std::string("invalid character ") + point + " (at position " +
                    std::to_string(position) + ")");
    }
    position += rune.size();
  }
  return out;
}

}  // namespace kubus::apiserver
