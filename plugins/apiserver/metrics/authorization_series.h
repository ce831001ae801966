// Who may do what they asked for, and who may not.
//
// Thread safety: from any thread.
#pragma once

#include <chrono>

#include "auth/authorizer.h"

namespace kubus::apiserver {

// A request was decided upon, which took so long. `failed`: somebody could not be asked.
void count_authorization(Verdict verdict, bool failed, std::chrono::duration<double> took);

}  // namespace kubus::apiserver
