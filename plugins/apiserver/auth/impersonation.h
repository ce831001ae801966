// Acting as somebody else: `kubectl --as`.
//
// Thread safety: free functions, from any thread.
#pragma once

#include "auth/authorizer.h"
#include "auth/identity.h"
#include "kubus/function.h"
#include "kubus/http/asker.h"
#include "kubus/http/message.h"
#include "kubus/status.h"

namespace kubus::apiserver {

bool wants_to_impersonate(const http::Request& request);

// `done` gets whom the Impersonate-User field names, with the groups, the uid and the extra
// attributes that the other Impersonate fields do. kForbidden: `who` may not impersonate one of
// them. kBadRequest: there is no user to go with the rest. It runs before this returns unless
// another server has to be asked, on behalf of `asker`. `authorizers` outlive that.
void impersonate(const Authorizers& authorizers, Identity who, const http::Request& request,
                 http::AskerPtr asker, UniqueFunction<void(Result<Identity>)> done);

}  // namespace kubus::apiserver
