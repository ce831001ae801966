// Which calls may keep a thread busy for so long that others would notice: they are left to the
// workers (registry/workers.h).
//
// Thread safety: a function without state; what it looks at as it is.
#pragma once

#include "admission/admission.h"
#include "registry/call.h"

namespace kubus::apiserver {

// Judged by what is known before any of it is done: sizes, and whether expressions of users are
// evaluated for it. The call has been resolved.
bool may_take_long(Call& call, const Admissions& admissions);

}  // namespace kubus::apiserver
