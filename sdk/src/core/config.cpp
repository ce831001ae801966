#include "kubus/config.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace kubus {
namespace {

[[noreturn]] void die(std::string_view key, std::string_view problem) {
  std::fprintf(stderr, "kubus: configuration key \"%.*s\": %.*s\n", static_cast<int>(key.size()),
               key.data(), static_cast<int>(problem.size()), problem.data());
  std::abort();
}

const std::string& value_of(const Config::Values& values, std::string_view key) {
  const auto it = values.find(key);
  if (it == values.end()) die(key, "is not declared in the manifest of the plugin that reads it");
  return it->second;
}

template <class Number>
Number parse(std::string_view key, const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) die(key, "is not a number");
  return number;
}

}  // namespace

std::string Config::string(std::string_view key) const { return value_of(values_, key); }

std::int64_t Config::integer(std::string_view key) const {
  return parse<std::int64_t>(key, value_of(values_, key));
}

double Config::number(std::string_view key) const {
  return parse<double>(key, value_of(values_, key));
}

bool Config::boolean(std::string_view key) const {
  const std::string& text = value_of(values_, key);
  if (text == "true") return true;
  if (text == "false") return false;
  die(key, "is neither true nor false");
}

std::chrono::nanoseconds Config::duration(std::string_view key) const {
  const auto result = read_duration(value_of(values_, key));
  if (!result.ok()) die(key, result.status().message());
  return *result;
}

std::int64_t Config::bytes(std::string_view key) const {
  const auto result = parse_size(value_of(values_, key));
  if (!result.ok()) die(key, result.status().message());
  return *result;
}

std::vector<std::string> Config::list(std::string_view key) const {
  std::vector<std::string> items;
  std::string_view text = value_of(values_, key);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (const std::string_view item = text.substr(0, end); !item.empty()) items.emplace_back(item);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return items;
}

}  // namespace kubus
