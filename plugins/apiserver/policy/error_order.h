// The order in which mistakes of policies and of configurations of webhooks are told: from the top
// of the object to its end, be they of the object or of an expression in it.
//
// Thread safety: a pure function.
#pragma once

#include "validation/field_error.h"

namespace kubus::apiserver::policy {

// Those of the object, in order, and then those of its expressions.
ErrorList in_order(const ErrorList& errors);

}  // namespace kubus::apiserver::policy
