// Who is let in, and who is not.
//
// Thread safety: from any thread.
#pragma once

#include <chrono>

#include "auth/identity.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// A request whose client showed who it is, or failed to, which took so long.
void count_authentication(const Result<Identity>& found, std::chrono::duration<double> took);

}  // namespace kubus::apiserver
