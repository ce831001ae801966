#include "scan.h"

#include <array>

#include "text.h"

namespace kubus::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes that stand for themselves in a string.
constexpr std::array<bool, 256> plain_table() {
  std::array<bool, 256> table{};
  for (int i = 0x20; i < 0x80; ++i) table[i] = i != '"' && i != '\\';
  return table;
}
constexpr auto kPlain = plain_table();

// As Go quotes a character in its messages.
std::string quoted(std::string_view text, std::size_t at) {
  char c = text[at];
  switch (c) {
    case '\'':
      return "'\\''";
    case '"':
      return "'\"'";
    case '\\':
      return "'\\\\'";
    case '\n':
      return "'\\n'";
    case '\r':
      return "'\\r'";
    case '\t':
      return "'\\t'";
    case '\b':
      return "'\\b'";
    case '\f':
      return "'\\f'";
    default:
      break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7F)
    return std::string("'\\x") + kHex[byte >> 4] + kHex[byte & 15] + "'";
  if (byte < 0x80) return std::string("'") + c + "'";
  // Go looks at bytes and prints each as the Latin-1 character of that number.
  std::string out = "'";
  append_utf8(byte, out);
  return out + "'";
}

}  // namespace

bool Scanner::fail(std::string message) {
  if (error_.empty()) error_ = std::move(message);
  return false;
}

bool Scanner::unexpected(std::string_view context) {
  if (at_ >= text_.size()) return fail("unexpected end of JSON input");
  return fail("invalid character " + quoted(text_, at_) + " " + std::string(context));
}

bool Scanner::enter() {
  if (++depth_ > max_depth_) return fail("exceeded max depth");
  ++at_;
  return true;
}

bool Scanner::next_member(bool first) {
  char c = peek();
  if (c == '}') {
    leave();
    return false;
  }
  if (!first) {
    if (c != ',') return unexpected("after object key:value pair");
    ++at_;
    c = peek();
  }
  return c == '"' || unexpected("looking for beginning of object key string");
}

bool Scanner::next_element(bool first) {
  char c = peek();
  if (c == ']') {
    leave();
    return false;
  }
  if (first) return true;
  if (c != ',') return unexpected("after array element");
  ++at_;
  return true;
}

bool Scanner::colon() {
  if (peek() != ':') return unexpected("after object key");
  ++at_;
  return true;
}

bool Scanner::string(std::string_view& value, std::string& buffer) {
  std::size_t start = ++at_;
  bool copied = false;
  const char* const data = text_.data();
  const std::size_t size = text_.size();
  for (;;) {
    while (at_ < size && kPlain[static_cast<unsigned char>(data[at_])]) ++at_;
    if (at_ >= size) return unexpected("");
    auto c = static_cast<unsigned char>(data[at_]);
    if (c == '"') {
      value = text_.substr(start, at_ - start);
      if (copied) {
        buffer += value;
        value = buffer;
      }
      ++at_;
      return true;
    }
    if (c < 0x20) return unexpected("in string literal");
    std::size_t length = c < 0x80 ? 1 : utf8_length(text_, at_);
    if (c != '\\' && length > 0) {
      at_ += length;
      continue;
    }
    if (!copied) buffer.clear();
    copied = true;
    buffer.append(text_, start, at_ - start);
    if (c != '\\') {
      buffer += kReplacement;
      ++at_;
    } else if (!escape(buffer)) {
      return false;
    }
    start = at_;
  }
}

bool Scanner::escape(std::string& buffer) {
  ++at_;
  char c = at_ < text_.size() ? text_[at_] : '\0';
  switch (c) {
    case '"':
    case '\\':
    case '/':
      buffer += c;
      break;
    case 'b':
      buffer += '\b';
      break;
    case 'f':
      buffer += '\f';
      break;
    case 'n':
      buffer += '\n';
      break;
    case 'r':
      buffer += '\r';
      break;
    case 't':
      buffer += '\t';
      break;
    case 'u': {
      std::uint32_t code = 0;
      if (!hex(code)) return false;
      bool high = code >= 0xD800 && code < 0xDC00;
      if (high && text_.substr(at_, 2) == "\\u") {
        std::size_t before = at_;
        std::uint32_t low = 0;
        ++at_;
        if (!hex(low)) return false;
        if (low >= 0xDC00 && low < 0xE000) {
          append_utf8(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), buffer);
          return true;
        }
        at_ = before;
      }
      append_utf8(code >= 0xD800 && code < 0xE000 ? 0xFFFD : code, buffer);
      return true;
    }
    default:
      return unexpected("in string escape code");
  }
  ++at_;
  return true;
}

// Reads four digits behind the `u` at the position.
bool Scanner::hex(std::uint32_t& code) {
  ++at_;
  for (int i = 0; i < 4; ++i, ++at_) {
    char c = at_ < text_.size() ? text_[at_] : '\0';
    std::uint32_t digit = 0;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digit = static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return unexpected("in \\u hexadecimal character escape");
    }
    code = code << 4 | digit;
  }
  return true;
}

bool Scanner::digits(std::string_view context) {
  if (at_ >= text_.size() || !is_digit(text_[at_])) return unexpected(context);
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return true;
}

bool Scanner::number(std::string_view& value) {
  auto here = [&] { return at_ < text_.size() ? text_[at_] : '\0'; };
  std::size_t start = at_;
  if (here() == '-') ++at_;
  if (here() == '0') {
    ++at_;
  } else if (!digits("in numeric literal")) {
    return false;
  }
  if (here() == '.') {
    ++at_;
    if (!digits("after decimal point in numeric literal")) return false;
  }
  if (here() == 'e' || here() == 'E') {
    ++at_;
    if (here() == '+' || here() == '-') ++at_;
    if (!digits("in exponent of numeric literal")) return false;
  }
  value = since(start);
  return true;
}

bool Scanner::literal(std::string_view word) {
  for (char expected : word) {
    if (at_ >= text_.size() || text_[at_] != expected) {
      return unexpected("in literal " + std::string(word) + " (expecting '" + expected + "')");
    }
    ++at_;
  }
  return true;
}

bool Scanner::skip_value() {
  // What is open, innermost last: true for an object. Nesting costs no stack here.
  std::string open;
  std::string buffer;
  bool first = true;
  for (;;) {
    char c = peek();
    bool opened = c == '{' || c == '[';
    if (opened) {
      if (!enter()) return false;
      open += c;
      first = true;
    } else if (std::string_view view; c == '"') {
      if (!string(view, buffer)) return false;
    } else if (c == 't' || c == 'f' || c == 'n') {
      if (!literal(c == 't' ? "true" : c == 'f' ? "false" : "null")) return false;
    } else if (c == '-' || is_digit(c)) {
      if (!number(view)) return false;
    } else {
      return unexpected("looking for beginning of value");
    }
    if (!opened) first = false;
    // To the next value, closing what ends here.
    for (;;) {
      if (open.empty()) return !failed();
      bool more = open.back() == '{' ? next_member(first) : next_element(first);
      if (failed()) return false;
      if (more) break;
      open.pop_back();
      first = false;
    }
    if (open.back() == '{') {
      std::string_view key;
      if (!string(key, buffer) || !colon()) return false;
    }
    first = false;
  }
}

bool Scanner::finish() {
  if (failed()) return false;
  peek();
  return at_ >= text_.size() || unexpected("after top-level value");
}

}  // namespace kubus::json
