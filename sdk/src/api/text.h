// Characters of JSON: UTF-8, escapes and base64, as Go's encoding/json handles them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kubus/api/utf8.h"

namespace kubus::json {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// 0 beyond the end.
inline unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}
// Appends `text` with every malformed byte replaced by U+FFFD.
void append_valid_utf8(std::string_view text, std::string& out);

void append_base64(std::string_view bytes, std::string& out);
// Standard alphabet with padding; newlines are skipped. False, and the offending offset, when it is
// malformed.
bool decode_base64(std::string_view text, std::string& out, std::size_t& offset);

}  // namespace kubus::json
