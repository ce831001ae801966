// Service accounts that say which secrets their pods may have
// (kubernetes.io/enforce-mountable-secrets).
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/service_account.pb.h>

#include <string>

#include "kubus/api/types.h"

namespace kubus::apiserver {

bool limits_secrets(const core_v1::ServiceAccount& account);

// What the pod has that the account does not name; empty where there is nothing of the kind.
// `added`: only the containers that are put into a running pod are looked at.
std::string beyond_account(const core_v1::ServiceAccount& account, const core_v1::PodSpec& spec,
                           bool added);

}  // namespace kubus::apiserver
