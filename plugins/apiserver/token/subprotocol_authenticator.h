// Bearer tokens of clients that can set no header: browsers, which name only the subprotocols of a
// WebSocket. One of them is "base64url.bearer.authorization.k8s.io.", followed by the token in
// base64url without padding; another one must be named for the server to agree to.
//
// Thread safety: as Authenticator; the free functions from any thread.
#pragma once

#include <memory>

#include "auth/authenticator.h"
#include "token/token_authenticator.h"

namespace kubus::apiserver {

// For this server's own audiences. `tokens` outlives it.
std::unique_ptr<Authenticator> make_subprotocol_authenticator(const TokenAuthenticators& tokens);

// Once its client is known: nobody behind is to see the token, or to agree to it.
void drop_token_subprotocol(http::Request& request);

}  // namespace kubus::apiserver
