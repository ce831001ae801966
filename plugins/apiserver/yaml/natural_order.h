// The order of keys in YAML: as people sort, numbers within names by their value.
//
// Thread safety: a pure function.
#pragma once

#include <string_view>

namespace kubus::apiserver {

// "a2" before "a10", "a_b" before "ab", "A" before "a".
bool is_naturally_less(std::string_view a, std::string_view b);

}  // namespace kubus::apiserver
