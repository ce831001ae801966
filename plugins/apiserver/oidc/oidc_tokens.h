// Tokens of an issuer of OpenID Connect.
//
// Thread safety: authenticate() from any thread.
#pragma once

#include <memory>

#include "kubus/context.h"
#include "oidc/settings.h"
#include "token/token_authenticator.h"

namespace kubus::apiserver::oidc {

// The issuer's keys are fetched in the background; until that has worked its tokens are refused. So
// is a token by a key that the issuer began to use since, once: then the keys are fetched again.
// `own`: the audiences of this server, which are what the tokens are good for. Reads the file of
// the settings; kInvalid where it cannot be used. `context` outlives it.
Result<std::unique_ptr<TokenAuthenticator>> make_oidc_tokens(Context& context, Settings settings,
                                                             Audiences own);

}  // namespace kubus::apiserver::oidc
