// Tokens of an issuer of OpenID Connect.
//
// Thread safety: as RemoteTokenAuthenticator.
#pragma once

#include <memory>

#include "kubus/context.h"
#include "oidc/settings.h"
#include "token/token_authenticator.h"

namespace kubus::apiserver::oidc {

class Issuer : public RemoteTokenAuthenticator {
 public:
  // Calls `then` once the issuer's keys have been fetched for the first time: on the loop, or
  // before this returns; not at all when it is closed before.
  virtual void when_ready(UniqueFunction<void()> then) = 0;
};

// The issuer's keys are fetched in the background; until that has worked its tokens are refused. A
// token by a key that the issuer began to use since waits until they have been fetched again.
// `own`: the audiences of this server, which are what the tokens are good for. Reads the file of
// the settings; kInvalid where it cannot be used. `context` outlives it.
Result<std::shared_ptr<Issuer>> make_issuer(Context& context, Settings settings, Audiences own);

}  // namespace kubus::apiserver::oidc
