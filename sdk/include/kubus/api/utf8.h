// UTF-8, as the texts of the API are encoded.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kubus {

// The length in bytes of the well-formed sequence that begins at `text[at]`; 0 when there is none.
std::size_t utf8_length(std::string_view text, std::size_t at);
bool is_utf8(std::string_view text);
// How many characters a well-formed text has.
std::size_t utf8_count(std::string_view text);
// `code_point` must be one: at most 0x10FFFF and no surrogate.
void append_utf8(std::uint32_t code_point, std::string& out);

}  // namespace kubus
