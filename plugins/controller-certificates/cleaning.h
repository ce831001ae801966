// When a request is done with: an hour after it was signed, denied or failed, a day after it was
// made and nobody decided, and in any case when its certificate has expired.
//
// Thread safety: pure functions.
#pragma once

#include <optional>

#include "kubus/api/time.h"
#include "rules.h"

namespace kubus::certificates {

// Nothing for one that stays until somebody deletes it: approved, but signed by nobody.
std::optional<SystemTime> end_of(const CertificateSigningRequest& request);

}  // namespace kubus::certificates
