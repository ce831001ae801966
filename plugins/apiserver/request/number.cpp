#include "request/number.h"

#include <charconv>

#include "respond/api_errors.h"

namespace kubus::apiserver {

Result<std::optional<std::int64_t>> read_number(const Query& query, std::string_view name) {
  if (!query.has(name)) return std::optional<std::int64_t>();
  auto text = query.get(name);
  const auto refuse = [&](const char* why) {
    return errors::bad_request("strconv.ParseInt: parsing \"" + std::string(query.get(name)) +
                               "\": " + why);
  };
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument)
    return refuse("invalid syntax");
  if (error != std::errc()) return refuse("value out of range");
  return std::optional<std::int64_t>(value);
}

}  // namespace kubus::apiserver
