// The types of what expressions of admission speak of, under the names the reference gives them.
//
// Thread safety: pure functions.
#pragma once

#include "cel/type.h"

namespace kubus::apiserver::policy {

// `request`: what is asked for, by whom.
cel::TypePtr request_type();
// `namespaceObject`.
cel::TypePtr namespace_type();

}  // namespace kubus::apiserver::policy
