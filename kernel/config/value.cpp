#include "config/value.h"

#include <array>
#include <charconv>
#include <utility>

#include "kubus/config.h"

namespace kubus::kernel {
namespace {

constexpr std::array<std::pair<std::string_view, ValueType>, 7> kTypes = {{
    {"string", ValueType::kString},
    {"int", ValueType::kInt},
    {"bool", ValueType::kBool},
    {"number", ValueType::kNumber},
    {"duration", ValueType::kDuration},
    {"size", ValueType::kSize},
    {"list", ValueType::kList},
}};

Result<std::string> canonical_bool(std::string_view text) {
  for (auto word : {"true", "yes", "on"})
    if (text == word) return std::string("true");
  for (auto word : {"false", "no", "off"})
    if (text == word) return std::string("false");
  return Status(Code::kInvalid, "expected true or false, found \"" + std::string(text) + "\"");
}

template <class Number>
bool parses_as(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Result<ValueType> value_type_from_name(std::string_view name) {
  for (const auto& [word, type] : kTypes)
    if (word == name) return type;
  return Status(Code::kInvalid, "unknown type \"" + std::string(name) +
                                    "\" (string, int, bool, number, duration, size or list)");
}

std::string_view value_type_name(ValueType type) {
  return kTypes.at(static_cast<std::size_t>(type)).first;
}

Result<std::string> canonical_value(ValueType type, std::string_view text) {
  if (type == ValueType::kString) return std::string(text);
  text = trim(text);
  auto expected = [&](std::string_view what) {
    return Status(Code::kInvalid,
                  "expected " + std::string(what) + ", found \"" + std::string(text) + "\"");
  };
  switch (type) {
    case ValueType::kInt:
      if (!parses_as<long long>(text)) return expected("a whole number");
      break;
    case ValueType::kNumber:
      if (!parses_as<double>(text)) return expected("a number");
      break;
    case ValueType::kBool:
      return canonical_bool(text);
    case ValueType::kDuration:
      if (!read_duration(text).ok()) return expected("a duration such as 250ms or 1m30s");
      break;
    case ValueType::kSize:
      if (!parse_size(text).ok()) return expected("a size such as 512, 64Mi or 2G");
      break;
    case ValueType::kString:
    case ValueType::kList:
      break;
  }
  return std::string(text);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    auto comma = text.find(',');
    auto item = trim(text.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

std::string join(const std::vector<std::string>& parts, const std::string& separator) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

}  // namespace kubus::kernel
