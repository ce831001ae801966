// What is wrong with the pods of an object, but was so before the update: the reference does not
// hold that against it.
//
// Thread safety: pure functions.
#pragma once

#include "validation/field_error.h"

namespace kubus::apiserver {

// Whether any of the errors would be tolerated if the former object had them.
bool may_be_tolerated(const ErrorList& errors);
// Those of `errors` that are not of a sort that is among `before`, the errors of the former object.
ErrorList not_tolerated(const ErrorList& errors, const ErrorList& before);

}  // namespace kubus::apiserver
