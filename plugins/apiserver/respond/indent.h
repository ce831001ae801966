// JSON for people: a member on each line, two blanks for each level.
//
// Thread safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kubus/bytes.h"

namespace kubus::apiserver {

// One JSON value that lies in `pieces` in this order, each of them cut anywhere. No newline ends it.
std::string indented_json(std::span<const Bytes> pieces);

}  // namespace kubus::apiserver
