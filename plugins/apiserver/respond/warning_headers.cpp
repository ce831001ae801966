#include "respond/warning_headers.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "kubus/api/utf8.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kAllTogether = 4096, kEach = 256;  // characters

// U+0000 to U+001F, U+007F to U+009F.
bool has_controls(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0)
      return true;
  }
  return false;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += utf8_length(text, at);
  return text.substr(0, at);
}

std::string header_of(std::string_view text) {
  std::string value = "299 - \"";
  for (const char c : text) {
    if (c == '"' || c == '\\') value.push_back('\\');
    value.push_back(c);
  }
  return value + "\"";
}

std::vector<std::string_view> sayable(const std::vector<std::string>& warnings) {
  std::vector<std::string_view> texts;
  std::set<std::string_view> seen;
  for (const auto& text : warnings)
    if (!text.empty() && is_utf8(text) && !has_controls(text) && seen.insert(text).second)
      texts.push_back(text);
  return texts;
}

}  // namespace

std::vector<std::string> warning_headers(const std::vector<std::string>& warnings) {
  std::vector<std::string> headers;
  if (warnings.empty()) return headers;
  const auto texts = sayable(warnings);
  std::size_t all = 0;
  for (const auto text : texts) all += utf8_count(text);
  const bool cut = all > kAllTogether;
  std::size_t said = 0;
  for (auto text : texts) {
    if (cut && said >= kAllTogether) break;
    if (cut) text = first_characters(text, kEach);
    said += utf8_count(text);
    headers.push_back(header_of(text));
  }
  return headers;
}

}  // namespace kubus::apiserver
