#include "respond/noncharacters.h"

#include <cstdint>
#include <cstdio>

namespace kubus::apiserver {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

// The code point that begins at `at`, if it takes three or four bytes: there are none in others.
std::uint32_t long_code_point(std::string_view text, std::size_t at, std::size_t& size) {
  const auto first = byte_at(text, at);
  size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 1;
  if (size == 1) return 0;
  std::uint32_t point = first & (size == 4 ? 0x07U : 0x0FU);
  for (std::size_t i = 1; i < size; ++i) point = point << 6 | (byte_at(text, at + i) & 0x3FU);
  return point;
}

std::string escaped(std::uint32_t point) {
  char text[12];
  std::snprintf(text, sizeof text, point > 0xFFFF ? "\\U%08X" : "\\u%04X", point);
  return text;
}

bool is_noncharacter(std::uint32_t point) {
  return (point & 0xFFFEU) == 0xFFFEU || (point >= 0xFDD0 && point <= 0xFDEF);
}

}  // namespace

bool has_noncharacters(std::string_view utf8) {
  std::size_t size = 1;
  for (std::size_t at = 0; at < utf8.size(); at += size)
    if (is_noncharacter(long_code_point(utf8, at, size))) return true;
  return false;
}

std::string escape_noncharacters(std::string_view utf8) {
  std::string out;
  std::size_t size = 1;
  for (std::size_t at = 0; at < utf8.size(); at += size) {
    const auto point = long_code_point(utf8, at, size);
    if (is_noncharacter(point))
      out += escaped(point);
    else
      out += utf8.substr(at, size);
  }
  return out;
}

}  // namespace kubus::apiserver
