#include "text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "kubus/api/json.h"

namespace kubus {
namespace json {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<signed char, 256> reverse_alphabet() {
  std::array<signed char, 256> table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<signed char>(i);
  }
  return table;
}
constexpr auto kReverse = reverse_alphabet();

}  // namespace

void append_valid_utf8(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = utf8_length(text, i);
    if (length == 0) {
      out += kReplacement;
      ++i;
    } else {
      out.append(text, i, length);
      i += length;
    }
  }
}

void append_base64(std::string_view bytes, std::string& out) {
  std::size_t i = 0;
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (; i + 3 <= bytes.size(); i += 3) {
    std::uint32_t word =
        byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    const char group[4] = {kAlphabet[word >> 18], kAlphabet[word >> 12 & 63],
                           kAlphabet[word >> 6 & 63], kAlphabet[word & 63]};
    out.append(group, 4);
  }
  if (i == bytes.size()) return;
  bool two = i + 2 == bytes.size();
  std::uint32_t word = byte_at(bytes, i) << 16 | (two ? byte_at(bytes, i + 1) << 8 : 0);
  out += kAlphabet[word >> 18];
  out += kAlphabet[word >> 12 & 63];
  out += two ? kAlphabet[word >> 6 & 63] : '=';
  out += '=';
}

bool decode_base64(std::string_view text, std::string& out, std::size_t& offset) {
  out.reserve(out.size() + text.size() / 4 * 3);
  std::uint32_t word = 0;
  int digits = 0;
  int padding = 0;
  for (offset = 0; offset < text.size(); ++offset) {
    char c = text[offset];
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      if (digits + padding < 2 || digits + padding >= 4) return false;
      ++padding;
      continue;
    }
    int value = kReverse[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) return false;
    word = word << 6 | static_cast<std::uint32_t>(value);
    if (++digits < 4) continue;
    out += static_cast<char>(word >> 16);
    out += static_cast<char>(word >> 8);
    out += static_cast<char>(word);
    word = 0;
    digits = 0;
  }
  if (digits == 0 && padding == 0) return true;
  if (digits + padding != 4) return false;
  out += static_cast<char>(digits == 2 ? word >> 4 : word >> 10);
  if (digits == 3) out += static_cast<char>(word >> 2);
  return true;
}

}  // namespace json

namespace {

// What a byte of a string needs in JSON: 0 nothing, 'u' a \u00xx escape, 8 a look at the whole
// UTF-8 sequence, else the letter of its short escape.
constexpr std::array<char, 256> escape_table() {
  std::array<char, 256> table{};
  for (int i = 0; i < 0x20; ++i) table[i] = 'u';
  for (int i = 0x80; i < 0x100; ++i) table[i] = 8;
  table['"'] = '"', table['\\'] = '\\';
  table['\b'] = 'b', table['\f'] = 'f', table['\n'] = 'n', table['\r'] = 'r', table['\t'] = 't';
  table['<'] = table['>'] = table['&'] = 'u';
  return table;
}
constexpr auto kEscapes = escape_table();

// Appends the sequence at `text[at]`, which is not ASCII, and returns its length.
std::size_t append_sequence(std::string_view text, std::size_t at, std::string& out) {
  std::size_t length = utf8_length(text, at);
  if (length == 0) {
    out += "\\ufffd";
    return 1;
  }
  std::string_view sequence = text.substr(at, length);
  if (sequence == "\xE2\x80\xA8") {
    out += "\\u2028";
  } else if (sequence == "\xE2\x80\xA9") {
    out += "\\u2029";
  } else {
    out += sequence;
  }
  return length;
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    char escape = kEscapes[byte];
    if (escape == 0) {
      ++i;
      continue;
    }
    out.append(text, start, i - start);
    if (escape == 8) {
      i += append_sequence(text, i, out);
    } else {
      out += '\\';
      out += escape;
      if (escape == 'u') {
        const char digits[4] = {'0', '0', kHex[byte >> 4], kHex[byte & 15]};
        out.append(digits, 4);
      }
      ++i;
    }
    start = i;
  }
  out.append(text, start);
  out += '"';
}

void append_json_number(double number, std::string& out) {
  if (!std::isfinite(number)) number = 0;
  double size = std::fabs(number);
  bool exponent = size != 0 && (size < 1e-6 || size >= 1e21);
  char buffer[400];
  auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  auto end = std::to_chars(buffer, buffer + sizeof buffer, number, format).ptr;
  // Go writes e-9 where C++ writes e-09.
  if (exponent && end - buffer >= 4 && end[-4] == 'e' && end[-3] == '-' && end[-2] == '0') {
    end[-2] = end[-1];
    --end;
  }
  out.append(buffer, end);
}

}  // namespace kubus
