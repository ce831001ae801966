// Strings as sequences of characters. Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace kubus::apiserver::cel {

// Where each character begins, and the size of the text at the end.
std::vector<std::size_t> rune_starts(std::string_view text);

}  // namespace kubus::apiserver::cel
