// Code points that are no characters (U+FFFF, U+FDD0 and their like), which JSON may hold and YAML
// must escape.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

bool has_noncharacters(std::string_view utf8);
// The text with YAML's escapes in place of them, as it may stand between double quotes.
std::string escape_noncharacters(std::string_view utf8);

}  // namespace kubus::apiserver
