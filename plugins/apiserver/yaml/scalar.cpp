#include "yaml/scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "kubus/api/base64.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<ResolvedScalar> word(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"}))
    return ResolvedScalar{ScalarTag::kNull, nullptr};
  if (is_one_of(text, {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}))
    return ResolvedScalar{ScalarTag::kBool, true};
  if (is_one_of(text, {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}))
    return ResolvedScalar{ScalarTag::kBool, false};
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (is_one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"}))
    return ResolvedScalar{ScalarTag::kFloat, kInfinity};
  if (is_one_of(text, {"-.inf", "-.Inf", "-.INF"}))
    return ResolvedScalar{ScalarTag::kFloat, -kInfinity};
  if (is_one_of(text, {".nan", ".NaN", ".NAN"}))
    return ResolvedScalar{ScalarTag::kFloat, std::nan("")};
  if (text == "<<") return ResolvedScalar{ScalarTag::kMerge, "<<"};
  return std::nullopt;
}

// Digits of a base that a prefix names; a 0 in front is one, of base 8.
std::optional<std::uint64_t> magnitude(std::string_view digits) {
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char letter = digits[1] >= 'A' && digits[1] <= 'Z' ? char(digits[1] + 32) : digits[1];
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    digits.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

std::optional<json::value> integer(std::string_view text) {
  const bool negative = text.starts_with('-'), signs = negative || text.starts_with('+');
  const auto value = magnitude(text.substr(signs ? 1 : 0));
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value || (negative && *value > kMost + 1)) return std::nullopt;
  if (negative) return json::value(static_cast<std::int64_t>(~*value + 1));
  if (*value <= kMost) return json::value(static_cast<std::int64_t>(*value));
  return signs ? std::nullopt : std::optional<json::value>(*value);
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_decimal(std::string_view text) {
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const auto whole = skip_digits(text, at);
  const bool has_whole = whole > at;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const auto end = skip_digits(text, at + 1);
    if (!has_whole && end == at + 1) return false;
    at = end;
  } else if (!has_whole) {
    return false;
  }
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  const auto end = skip_digits(text, at);
  return end > at && end == text.size();
}

std::optional<double> decimal(const std::string& text) {
  if (!is_decimal(text)) return std::nullopt;
  const double value = std::strtod(text.c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?: a time or an angle to readers of old.
bool is_base_60(std::string_view text) {
  const auto digits = [&](std::size_t at) {
    while (at < text.size() && (text[at] == '_' || (text[at] >= '0' && text[at] <= '9'))) ++at;
    return at;
  };
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  if (at >= text.size() || text[at] < '0' || text[at] > '9') return false;
  at = digits(at);
  int parts = 0;
  while (at < text.size() && text[at] == ':') {
    const auto end = skip_digits(text, at + 1);
    const auto size = end - at - 1;
    if (size == 0 || size > 2 || (size == 2 && text[at + 1] > '5')) return false;
    at = end;
    ++parts;
  }
  if (parts == 0) return false;
  if (at < text.size() && text[at] == '.') at = digits(at + 1);
  return at == text.size();
}

std::string_view short_name(ScalarTag tag) {
  switch (tag) {
    case ScalarTag::kNull:
      return "!!null";
    case ScalarTag::kBool:
      return "!!bool";
    case ScalarTag::kInt:
      return "!!int";
    case ScalarTag::kFloat:
      return "!!float";
    case ScalarTag::kTime:
      return "!!timestamp";
    case ScalarTag::kMerge:
      return "!!merge";
    case ScalarTag::kText:
      break;
  }
  return "!!str";
}

ResolvedScalar text_of(std::string_view text) { return {ScalarTag::kText, json::value(text)}; }

ResolvedScalar resolve(std::string_view text, bool times) {
  if (auto found = word(text)) return std::move(*found);
  const char first = text.front();
  if (first == '.') {
    const auto value = decimal(std::string(text));
    return value ? ResolvedScalar{ScalarTag::kFloat, *value} : text_of(text);
  }
  if (first != '-' && first != '+' && (first < '0' || first > '9')) return text_of(text);
  if (times && is_timestamp(text)) return {ScalarTag::kTime, json::value(text)};
  std::string plain(text);
  std::erase(plain, '_');
  if (auto value = integer(plain)) return {ScalarTag::kInt, std::move(*value)};
  if (const auto value = decimal(plain)) return {ScalarTag::kFloat, *value};
  return text_of(text);
}

}  // namespace

ResolvedScalar resolve_scalar(std::string_view text) { return resolve(text, true); }

Result<json::value> resolve_tagged(std::string_view tag, std::string_view text) {
  if (!tag.starts_with(kTagPrefix)) return json::value(text);
  const auto name = tag.substr(kTagPrefix.size());
  if (name == "binary") {
    auto bytes = decode_base64(text);
    if (!bytes.ok())
      return Status(Code::kBadRequest, "yaml: !!binary value contains invalid base64 data");
    return json::value(*bytes);
  }
  if (!is_one_of(name, {"null", "bool", "int", "float", "timestamp"})) return json::value(text);
  auto found = resolve(text, name == "timestamp");
  const auto wanted = "!!" + std::string(name);
  if (found.tag == ScalarTag::kInt && name == "float") return std::move(found.value);
  if (short_name(found.tag) != wanted)
    return Status(Code::kBadRequest, "yaml: cannot decode " + std::string(short_name(found.tag)) +
                                         " `" + std::string(text) + "` as a " + wanted);
  return std::move(found.value);
}

bool needs_quotes(std::string_view text) {
  const auto tag = resolve_scalar(text).tag;
  return (tag != ScalarTag::kText && tag != ScalarTag::kMerge) || is_base_60(text);
}

}  // namespace kubus::apiserver
