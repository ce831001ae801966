// The documents by which others verify tokens of service accounts.
//
// Thread safety: called while the server is set up.
#pragma once

#include "server/route.h"
#include "token/token_issuer.h"

namespace kubus::apiserver {

// /.well-known/openid-configuration and /openid/v1/jwks.
void add_token_routes(Routes& routes, const TokenIssuer& issuer);

}  // namespace kubus::apiserver
