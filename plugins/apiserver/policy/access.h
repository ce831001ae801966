// What expressions of policies and webhooks learn about rights: what the authorizers of this server
// say of the client of the request, or of a service account.
//
// Thread safety: as cel::AccessAuthority.
#pragma once

#include "admission/admission.h"
#include "auth/authorizer.h"
#include "cel/access.h"

namespace kubus::apiserver::policy {

// An expression does not wait. Where only the authorizer of another server can tell and has not
// told before, the answer is an error, and the question is on its way: the next one finds it
// answered. `authorizers` outlives it.
cel::AccessAuthorityPtr make_authority(const Authorizers& authorizers, const Identity& client);

// The resource that the call is about.
cel::AccessCheck check_of(const AdmissionCall& call);

}  // namespace kubus::apiserver::policy
