// The formats of strings that schemas may ask for.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

namespace kubus::apiserver {

// True also for a format that is not known: those are not checked.
bool matches_format(std::string_view format, std::string_view text);
bool is_known_format(std::string_view format);

}  // namespace kubus::apiserver
