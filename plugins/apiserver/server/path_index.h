// The index of the paths that a server has, which it shows at "/".
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "custom/catalog.h"
#include "health/health.h"

namespace kubus::apiserver {

// As JSON.
std::string path_index(const ServedKinds& kinds, const Health& health);

}  // namespace kubus::apiserver
