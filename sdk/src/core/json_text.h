// JSON text and UTF-8; for the few places that need no tree.
#pragma once

#include <string>
#include <string_view>

namespace kubus::core {

// `text` as a quoted JSON string. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// The text itself; bytes that are not UTF-8 become U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace kubus::core
