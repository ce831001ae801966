// Characters of JSON: UTF-8, escapes and base64, as Go's encoding/json handles them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kubus::json {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The length of the well-formed UTF-8 sequence that begins at `text[at]`; 0 when there is none.
std::size_t utf8_length(std::string_view text, std::size_t at);
void append_utf8(std::uint32_t code_point, std::string& out);
// Appends `text` with every malformed byte replaced by U+FFFD.
void append_valid_utf8(std::string_view text, std::string& out);

void append_base64(std::string_view bytes, std::string& out);
// Standard alphabet with padding; newlines are skipped. False, and the offending offset, when it is
// malformed.
bool decode_base64(std::string_view text, std::string& out, std::size_t& offset);

}  // namespace kubus::json
