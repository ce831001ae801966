// serviceaccounts/token: asks for a token of an account, for so long, for whom, bound to what.
//
// Thread safety: called while the server is set up.
#pragma once

#include "registry/api.h"
#include "token/token_service.h"

namespace kubus::apiserver {

// `tokens` outlives `api`.
void add_token_request(Api& api, Registry& registry, const TokenService& tokens);

}  // namespace kubus::apiserver
