// Which characters can be seen.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

// The characters of UTF-8 text; a byte that is none by itself stands for itself.
std::vector<std::string_view> runes_of(std::string_view text);
char32_t code_point(std::string_view rune);
bool is_printable(std::string_view rune);
// What is said of each character that cannot be seen.
std::vector<std::string> unprintable_in(std::string_view text);

}  // namespace kubus::apiserver
