// Rights that only another server may know of, asked about in the middle of a step that cannot
// wait: the question is put off, and settled before anything is stored.
//
// Thread safety: as Call.
#pragma once

#include <vector>

#include "auth/authorizer.h"
#include "registry/call.h"

namespace kubus::apiserver {

// OK when the client of the call may do one of these things, or when that is put off; else
// `refusal`.
Status require_any(const Authorizers& authorizers, Call& call, std::vector<RequestInfo> any_of,
                   Status refusal);

// Asks whatever was put off, and takes it off the call. `then` gets the first refusal; at once
// where there is nothing to ask.
void settle_deferred(const Authorizers& authorizers, CallPtr call,
                     UniqueFunction<void(Status)> then);

}  // namespace kubus::apiserver
