// The parameters of a request: names and values as the HTTP API has them.
//
// Thread safety: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubus::http {

class Query {
 public:
  Query() = default;
  // Of a URL, without the question mark.
  static Query parse(std::string_view text);

  void add(std::string name, std::string value) {
    values_.emplace_back(std::move(name), std::move(value));
  }
  bool has(std::string_view name) const;
  // The first value, or empty.
  std::string_view get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  // Absent, "false" and "0" are false; anything else, also the empty value, is true.
  bool flag(std::string_view name) const;
  // Nothing when absent or not a number.
  std::optional<std::int64_t> number(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& values() const { return values_; }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

// Undoes %XX; `plus` also turns + into a space. Malformed escapes stay as they are.
std::string percent_decode(std::string_view text, bool plus);
std::string percent_encode(std::string_view text);

}  // namespace kubus::http
