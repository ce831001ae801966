// Bootstrap tokens, by which a new node first talks to the cluster: "abcdef.0123456789abcdef", kept
// in the Secret kube-system/bootstrap-token-abcdef.
//
// Thread safety: authenticate() from any thread.
#pragma once

#include <memory>

#include "token/service_account_tokens.h"

namespace kubus::apiserver {

// `cache` outlives it; `own` as for other tokens of this server.
std::unique_ptr<TokenAuthenticator> make_bootstrap_tokens(
    ClusterCache& cache, Audiences own, Clock clock = std::chrono::system_clock::now);

}  // namespace kubus::apiserver
