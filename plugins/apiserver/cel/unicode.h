// Strings as sequences of characters. Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver::cel {

// False, and nothing appended, for a number that is no character.
bool append_rune(std::uint32_t code, std::string& out);
// Where each character begins, and the size of the text at the end.
std::vector<std::size_t> rune_starts(std::string_view text);

}  // namespace kubus::apiserver::cel
