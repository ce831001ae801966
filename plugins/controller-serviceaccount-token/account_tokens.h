// The Secrets that hold a token of a service account: what is in them, and which of them may stay.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/secret.pb.h>
#include <k8s/core/v1/service_account.pb.h>

#include <string>

#include "kubus/api/types.h"
#include "kubus/pki/jwt.h"
#include "kubus/status.h"

namespace kubus::serviceaccount_token {

inline constexpr char kType[] = "kubernetes.io/service-account-token";
inline constexpr char kNameAnnotation[] = "kubernetes.io/service-account.name";
inline constexpr char kUidAnnotation[] = "kubernetes.io/service-account.uid";

// The account it says it is of; empty for a Secret of another kind.
std::string account_of(const core_v1::Secret& secret);
// Made for an account of this name that had another uid.
bool is_of_another(const core_v1::Secret& secret, const core_v1::ServiceAccount& account);

// The claims of the token, as the reference writes them.
std::string claims_of(const core_v1::Secret& secret, const core_v1::ServiceAccount& account);
// `secret` with all that was missing; `ca` may be empty. The same as before when nothing was.
Result<core_v1::Secret> filled(const core_v1::Secret& secret,
                               const core_v1::ServiceAccount& account, const pki::SigningKey& key,
                               const std::string& ca);

}  // namespace kubus::serviceaccount_token
