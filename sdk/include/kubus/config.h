// Config: a plugin's configuration, already checked against the keys its manifest declares.
//
// Thread safety: an immutable value.
//
// Every declared key has a value (its default when the user set none), of its declared type, so
// the getters cannot fail; asking for a key the manifest does not declare is a bug and aborts.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus {

class Config {
 public:
  // Values in their text form: a list is one value per line, a duration like "1m30s" or "250ms",
  // a size like "64Mi".
  using Values = std::map<std::string, std::string, std::less<>>;

  Config() = default;
  explicit Config(Values values) : values_(std::move(values)) {}

  std::string string(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  double number(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::chrono::nanoseconds duration(std::string_view key) const;
  std::int64_t bytes(std::string_view key) const;  // for keys of type size
  std::vector<std::string> list(std::string_view key) const;
  const Values& values() const { return values_; }

 private:
  Values values_;
};

// "90s", "1m30s", "250ms", "0"; kInvalid for anything else.
Result<std::chrono::nanoseconds> read_duration(std::string_view text);
// "4096", "64Mi", "1.5Gi" (powers of 1024) or "64M" (powers of 1000); kInvalid otherwise.
Result<std::int64_t> parse_size(std::string_view text);

}  // namespace kubus
