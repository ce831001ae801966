// Service accounts: tokens that we signed and whose account, and whatever else they are bound to,
// is still there.
//
// Thread safety: authenticate() from any thread.
#pragma once

#include <functional>
#include <memory>

#include "cache/cluster_cache.h"
#include "kubus/api/time.h"
#include "token/token_authenticator.h"
#include "token/token_verifier.h"

namespace kubus::apiserver {

using Clock = std::function<SystemTime()>;
// A token in that Secret was used.
using LegacyUsed = std::function<void(const ObjectPtr& secret)>;

// `own`: the audiences of tokens that name none. `used`, unless null, is told of tokens in Secrets.
// `cache` outlives it. The objects are looked up every time: a token ends with the change of the
// object that ends it.
std::unique_ptr<TokenAuthenticator> make_service_account_tokens(
    std::shared_ptr<TokenVerifier> verifier, ClusterCache& cache, Audiences own,
    LegacyUsed used = nullptr, Clock clock = std::chrono::system_clock::now);

}  // namespace kubus::apiserver
