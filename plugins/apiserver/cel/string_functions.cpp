// Of the standard, and of the library of strings. Positions count characters, not bytes.
#include <algorithm>
#include <cctype>

#include "cel/functions.h"
#include "cel/unicode.h"
#include "kubus/api/utf8.h"

namespace kubus::apiserver::cel {
namespace {

Value slice(std::string_view text, std::int64_t from, std::int64_t to) {
  const auto starts = rune_starts(text);
  const auto length = static_cast<std::int64_t>(starts.size()) - 1;
  if (from < 0 || from > length) return Value::error("index out of range: " + std::to_string(from));
  if (to < 0 || to > length) return Value::error("index out of range: " + std::to_string(to));
  if (from > to)
    return Value::error("invalid substring range. start: " + std::to_string(from) +
                        ", end: " + std::to_string(to));
  const auto begin = starts[static_cast<std::size_t>(from)];
  return Value::text(std::string(text.substr(begin, starts[static_cast<std::size_t>(to)] - begin)));
}
Value substring(Args a) {
  const auto end = a.size() > 2 ? a[2].as_int() : static_cast<std::int64_t>(size_of(a[0]));
  return slice(a[0].as_text(), a[1].as_int(), end);
}
Value char_at(Args a) {
  const auto length = static_cast<std::int64_t>(size_of(a[0]));
  const auto at = a[1].as_int();
  if (at == length) return Value::view("");
  if (at < 0 || at > length) return Value::error("index out of range: " + std::to_string(at));
  return slice(a[0].as_text(), at, at + 1);
}

Value found_at(std::string_view text, std::size_t at) {
  if (at == std::string_view::npos) return Value::of(std::int64_t(-1));
  return Value::of(static_cast<std::int64_t>(utf8_count(text.substr(0, at))));
}
Value index_of(Args a) {
  const auto text = a[0].as_text();
  if (a.size() < 3) return found_at(text, text.find(a[1].as_text()));
  const auto starts = rune_starts(text);
  const auto from = a[2].as_int();
  if (from < 0 || from >= static_cast<std::int64_t>(starts.size()))
    return Value::error("index out of range: " + std::to_string(from));
  return found_at(text, text.find(a[1].as_text(), starts[static_cast<std::size_t>(from)]));
}
Value last_index_of(Args a) {
  const auto text = a[0].as_text();
  if (a.size() < 3) return found_at(text, text.rfind(a[1].as_text()));
  const auto starts = rune_starts(text);
  const auto from = a[2].as_int();
  if (from < 0 || from >= static_cast<std::int64_t>(starts.size()))
    return Value::error("index out of range: " + std::to_string(from));
  return found_at(text, text.rfind(a[1].as_text(), starts[static_cast<std::size_t>(from)]));
}

template <int (*Turn)(int)>
Value in_ascii(Args a) {
  std::string out(a[0].as_text());
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(Turn(c));
  return Value::text(std::move(out));
}

Value replace(Args a) {
  const auto text = a[0].as_text(), from = a[1].as_text(), to = a[2].as_text();
  auto left = a.size() > 3 ? a[3].as_int() : -1;
  std::string out;
  const auto starts = from.empty() ? rune_starts(text) : std::vector<std::size_t>();
  // Nothing stands before each character and at the end.
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (left-- != 0)
      out += to;
    else
      ++left;
    if (i + 1 < starts.size()) out += text.substr(starts[i], starts[i + 1] - starts[i]);
    if (out.size() > 4'000'000) return Value::error("string too large");
  }
  if (from.empty()) return Value::text(std::move(out));
  std::size_t at = 0;
  for (auto next = text.find(from); next != text.npos && left != 0; next = text.find(from, at)) {
    out.append(text.substr(at, next - at)).append(to);
    at = next + from.size();
    --left;
    if (out.size() > 4'000'000) return Value::error("string too large");
  }
  return Value::text(out.append(text.substr(at)));
}

Value split(Args a) {
  const auto text = a[0].as_text(), by = a[1].as_text();
  auto left = a.size() > 2 ? a[2].as_int() : -1;
  std::vector<Value> out;
  if (left == 0) return Value::list(std::move(out));
  std::size_t at = 0;
  if (by.empty()) {
    const auto starts = rune_starts(text);
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      if (left > 0 && static_cast<std::int64_t>(out.size()) + 1 == left) {
        out.push_back(Value::text(std::string(text.substr(starts[i]))));
        break;
      }
      out.push_back(Value::text(std::string(text.substr(starts[i], starts[i + 1] - starts[i]))));
    }
    return Value::list(std::move(out));
  }
  for (auto next = text.find(by); next != text.npos && left != 1; next = text.find(by, at)) {
    out.push_back(Value::text(std::string(text.substr(at, next - at))));
    at = next + by.size();
    --left;
  }
  out.push_back(Value::text(std::string(text.substr(at))));
  return Value::list(std::move(out));
}

Value join(Args a) {
  const auto& list = a[0].as_list();
  const auto between = a.size() > 1 ? a[1].as_text() : std::string_view();
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto item = list.at(i);
    if (item.kind() != Kind::kString) return Value::error("no such overload");
    if (i > 0) out += between;
    out += item.as_text();
    if (out.size() > 4'000'000) return Value::error("string too large");
  }
  return Value::text(std::move(out));
}

// As Unicode's White_Space, of the characters that Go trims.
bool is_space(std::string_view rune) {
  if (rune.size() == 1) return std::string_view("\t\n\v\f\r ").find(rune[0]) != rune.npos;
  for (const std::string_view one :
       {"\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
        "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F",
        "\u3000"})
    if (rune == one) return true;
  return false;
}
Value trim(Args a) {
  const auto text = a[0].as_text();
  const auto starts = rune_starts(text);
  std::size_t first = 0, last = starts.size() - 1;
  const auto space = [&](std::size_t i) {
    return is_space(text.substr(starts[i], starts[i + 1] - starts[i]));
  };
  while (first < last && space(first)) ++first;
  while (last > first && space(last - 1)) --last;
  return Value::text(std::string(text.substr(starts[first], starts[last] - starts[first])));
}

Value quote(Args a) {
  constexpr std::string_view kFrom = "\a\b\f\n\r\t\v\\\"", kTo = "abfnrtv\\\"";
  std::string out = "\"";
  for (const char c : a[0].as_text()) {
    const auto at = c == '\0' ? std::string_view::npos : kFrom.find(c);
    if (at != std::string_view::npos) {
      out += '\\';
      out += kTo[at];
    } else {
      out += c;
    }
  }
  return Value::text(out + '"');
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::uint64_t walk_prefix(Args a) { return 1 + tenth(size_of(a[1])); }

constexpr Signature kStrings[] = {
    {"[string] contains(string) bool",
     [](Args a) { return Value::of(has(a[0].as_text(), a[1].as_text())); }, walk_product},
    {"[string] startsWith(string) bool",
     [](Args a) { return Value::of(a[0].as_text().starts_with(a[1].as_text())); }, walk_prefix},
    {"[string] endsWith(string) bool",
     [](Args a) { return Value::of(a[0].as_text().ends_with(a[1].as_text())); }, walk_prefix},
    {"[string] charAt(int) string", char_at, walk_first},
    {"[string] indexOf(string) int", index_of, walk_product},
    {"[string] indexOf(string, int) int", index_of, walk_product},
    {"[string] lastIndexOf(string) int", last_index_of, walk_product},
    {"[string] lastIndexOf(string, int) int", last_index_of, walk_product},
    {"[string] lowerAscii() string", in_ascii<std::tolower>, walk_first},
    {"[string] upperAscii() string", in_ascii<std::toupper>, walk_first},
    {"[string] replace(string, string) string", replace, walk_first},
    {"[string] replace(string, string, int) string", replace, walk_first},
    {"[string] split(string) list(string)", split, walk_first},
    {"[string] split(string, int) list(string)", split, walk_first},
    {"[string] substring(int) string", substring, walk_first},
    {"[string] substring(int, int) string", substring, walk_first},
    {"[string] trim() string", trim, walk_first},
    {"[list(string)] join() string", join, walk_first},
    {"[list(string)] join(string) string", join, walk_first},
    {"strings.quote(string) string", quote, walk_first},
};

}  // namespace

std::span<const Signature> string_functions() { return kStrings; }

}  // namespace kubus::apiserver::cel
