// Acting as somebody else: `kubectl --as`.
//
// Thread safety: a pure function.
#pragma once

#include "auth/authorizer.h"
#include "auth/identity.h"
#include "kubus/http/message.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// `who`, or whom the Impersonate-User field names, with the groups, the uid and the extra
// attributes that the other Impersonate fields do. kForbidden: `who` may not impersonate one of
// them. kBadRequest: there is no user to go with the rest.
Result<Identity> impersonate(Authorizers& authorizers, Identity who, const http::Request& request);

}  // namespace kubus::apiserver
