#include "cache/json_scan.h"

#include <algorithm>
#include <charconv>

#include "kubus/api/utf8.h"

namespace kubus::apiserver {
namespace {

constexpr auto kEnd = std::string_view::npos;

// `at` is behind the opening quote; the result is behind the closing one.
std::size_t skip_string(std::string_view text, std::size_t at) {
  // Most strings are shorter than it takes to begin a search.
  constexpr std::size_t kShort = 24;
  for (const auto near = std::min(text.size(), at + kShort); at < near; ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') break;
  }
  for (;;) {
    const auto quote = text.find('"', at);
    if (quote == kEnd) return kEnd;
    auto before = quote;
    while (before > at && text[before - 1] == '\\') --before;
    if ((quote - before) % 2 == 0) return quote + 1;
    at = quote + 1;
  }
}

std::size_t skip_nested(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    switch (text[at++]) {
      case '"':
        at = skip_string(text, at);
        if (at == kEnd) return kEnd;
        break;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at;
        break;
      default:
        break;
    }
  }
  return kEnd;
}

char simple_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

}  // namespace

std::size_t skip_json_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kEnd;
  if (text[at] == '"') return skip_string(text, at + 1);
  if (text[at] == '{' || text[at] == '[') return skip_nested(text, at);
  while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']') ++at;
  return at;
}

MemberScan::MemberScan(std::string_view object) : text_(object) {
  at_ = !object.empty() && object.front() == '{' ? 1 : kEnd;
}

bool MemberScan::next() {
  if (at_ >= text_.size() || text_[at_] != '"') return false;
  const auto key_end = skip_string(text_, at_ + 1);
  if (key_end == kEnd || key_end >= text_.size() || text_[key_end] != ':') return false;
  const auto value_end = skip_json_value(text_, key_end + 1);
  if (value_end == kEnd) return false;
  key_ = text_.substr(at_ + 1, key_end - at_ - 2);
  value_ = text_.substr(key_end + 1, value_end - key_end - 1);
  at_ = value_end < text_.size() && text_[value_end] == ',' ? value_end + 1 : kEnd;
  return true;
}

ItemScan::ItemScan(std::string_view array) : text_(array) {
  at_ = !array.empty() && array.front() == '[' ? 1 : kEnd;
}

bool ItemScan::next() {
  if (at_ >= text_.size() || text_[at_] == ']') return false;
  const auto end = skip_json_value(text_, at_);
  if (end == kEnd) return false;
  value_ = text_.substr(at_, end - at_);
  at_ = end < text_.size() && text_[end] == ',' ? end + 1 : kEnd;
  return true;
}

std::string_view json_at(std::string_view object, std::string_view path) {
  for (;;) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    MemberScan scan(object);
    bool found = false;
    while (!found && scan.next()) found = scan.key() == name;
    if (!found) return {};
    object = scan.value();
    if (dot == kEnd) return object;
    path.remove_prefix(dot + 1);
  }
}

std::string json_text(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return std::string(value == "null" ? "" : value);
  value = value.substr(1, value.size() - 2);
  if (value.find('\\') == kEnd) return std::string(value);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 >= value.size()) {
      out.push_back(value[i]);
    } else if (value[++i] != 'u') {
      out.push_back(simple_escape(value[i]));
    } else if (i + 4 < value.size()) {
      // Only < > & and control characters are written this way: no pairs occur.
      unsigned point = 0xFFFD;
      std::from_chars(value.data() + i + 1, value.data() + i + 5, point, 16);
      append_utf8(point, out);
      i += 4;
    }
  }
  return out;
}

}  // namespace kubus::apiserver
