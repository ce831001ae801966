#include "apply/path_element.h"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstdlib>

#include "cache/json_scan.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kLetters = "fkvi";
constexpr int kDeepestElement = 32;

// Values of different kinds are sorted by kind: numbers, strings, booleans, lists, maps, null.
int rank_of(std::string_view value) {
  constexpr std::string_view kFirstLetters = "\"tf[{n";
  constexpr std::array<int, 6> kRanks = {1, 2, 2, 3, 4, 5};
  const auto at = value.empty() ? 0 : kFirstLetters.find(value.front());
  return at == std::string_view::npos ? 0 : kRanks[at];
}

int sign(auto a, auto b) { return a < b ? -1 : (b < a ? 1 : 0); }

int compare_numbers(std::string_view a, std::string_view b) {
  std::int64_t left = 0, right = 0;
  const auto whole = [](std::string_view text, std::int64_t& out) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    return problem == std::errc() && end == text.data() + text.size();
  };
  if (whole(a, left) && whole(b, right)) return sign(left, right);
  return sign(std::strtod(std::string(a).c_str(), nullptr),
              std::strtod(std::string(b).c_str(), nullptr));
}

int compare_values(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const int rank = rank_of(a);
  if (rank != rank_of(b)) return sign(rank, rank_of(b));
  if (rank == 0) return compare_numbers(a, b);
  if (rank == 1) return json_text(a).compare(json_text(b));
  if (rank == 2) return a.front() == 'f' ? -1 : 1;
  return a.compare(b);
}

int compare_keys(std::string_view a, std::string_view b) {
  MemberScan left(a), right(b);
  for (;;) {
    const bool has_left = left.next(), has_right = right.next();
    if (!has_left || !has_right) return sign(has_left, has_right);
    if (const int names = left.key().compare(right.key()); names != 0) return names;
    if (const int values = compare_values(left.value(), right.value()); values != 0) return values;
  }
}

std::string readable(std::string_view value) {
  return rank_of(value) == 1 ? go_quoted(json_text(value)) : std::string(value);
}

// Invalid UTF-8 replaced, as it is when it is written.
std::string well_formed(std::string_view text) {
  const bool ascii =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
  if (ascii) return std::string(text);
  std::string json;
  append_json_string(text, json);
  return json_text(json);
}

Status bad_element(std::string_view why) { return {Code::kBadRequest, std::string(why)}; }

// The JSON of a key or a value, in its one form.
Result<std::string> canonical(std::string_view text, bool object) {
  DecodeOptions limits;
  limits.max_depth = kDeepestElement;
  boost::json::value value;
  KUBUS_TRY(parse_json(text, value, limits));
  if (object && !value.is_object()) return bad_element("the keys of a list item are no object");
  std::string out;
  append_json(value, out);
  return out;
}

}  // namespace

int compare(const PathElement& a, const PathElement& b) {
  if (a.kind != b.kind) return sign(a.kind, b.kind);
  switch (a.kind) {
    case ElementKind::kField:
      return a.text.compare(b.text);
    case ElementKind::kKey:
      return a.text == b.text ? 0 : compare_keys(a.text, b.text);
    case ElementKind::kValue:
      return compare_values(a.text, b.text);
    case ElementKind::kIndex:
      return compare_numbers(a.text, b.text);
  }
  return 0;
}

std::string go_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else
      out.push_back(c);
  }
  return out + "\"";
}

std::string to_string(const PathElement& element) {
  if (element.kind == ElementKind::kField) return "." + element.text;
  if (element.kind == ElementKind::kValue) return "[=" + readable(element.text) + "]";
  if (element.kind == ElementKind::kIndex) return "[" + element.text + "]";
  std::string out;
  MemberScan scan(element.text);
  while (scan.next()) {
    out += out.empty() ? "[" : ",";
    out.append(scan.key()).append("=").append(readable(scan.value()));
  }
  return out + "]";
}

std::string to_string(std::span<const PathElement> path) {
  std::string out;
  for (const auto& element : path) out += to_string(element);
  return out;
}

char letter_of(ElementKind kind) { return kLetters[static_cast<std::size_t>(kind)]; }

std::optional<ElementKind> kind_of_letter(char letter) {
  const auto at = kLetters.find(letter);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<ElementKind>(at);
}

std::string member_name(const PathElement& element) {
  std::string name;
  name.reserve(element.text.size() + 2);
  name.push_back(letter_of(element.kind));
  name.push_back(':');
  return name += element.text;
}

Result<std::optional<PathElement>> parse_member_name(std::string_view name) {
  if (name.size() < 2) return bad_element("key must be 2 characters long:");
  if (name[1] != ':') return bad_element("missing colon: " + std::string(name));
  const auto kind = kind_of_letter(name[0]);
  if (!kind) return std::optional<PathElement>();
  PathElement element{*kind, {}};
  const auto text = name.substr(2);
  if (element.kind == ElementKind::kField) {
    element.text = well_formed(text);
  } else if (element.kind == ElementKind::kIndex) {
    std::int64_t index = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (problem != std::errc() || end != text.data() + text.size())
      return bad_element("not the place of an item: " + std::string(text));
    element.text = std::to_string(index);
  } else {
    auto json = canonical(text, element.kind == ElementKind::kKey);
    if (!json.ok()) return json.status();
    element.text = std::move(*json);
  }
  return std::optional<PathElement>(std::move(element));
}

}  // namespace kubus::apiserver
