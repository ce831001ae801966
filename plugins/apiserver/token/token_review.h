// TokenReview: whom does this token belong to?
//
// Thread safety: called while the server is set up.
#pragma once

#include "registry/api.h"
#include "token/token_service.h"

namespace kubus::apiserver {

// `tokens` outlives `api`.
void add_token_review(Api& api, Registry& registry, const TokenService& tokens);

}  // namespace kubus::apiserver
