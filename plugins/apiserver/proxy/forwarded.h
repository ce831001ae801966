// The header of a request that is passed on.
//
// Thread safety: pure functions.
#pragma once

#include "auth/identity.h"
#include "kubus/http/message.h"

namespace kubus::apiserver {

// Without what belongs to one hop, or to us.
http::Headers forwarded_headers(const http::Headers& from);
// The same for a server that believes us about who asks: with our word, and without anything that
// looks like it.
http::Headers forwarded_for(const Identity& identity, const http::Headers& from);

}  // namespace kubus::apiserver
