// Whom the tokens are for that a node may ask for.
//
// Thread safety: a pure function.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <string>

#include "cache/cluster_cache.h"

namespace kubus::apiserver::node {

// Whether a volume of the pod needs a token for `audience` (empty: for the API server), by itself
// or by the CSI driver that mounts it.
bool needs_token_for(const core_v1::Pod& pod, const std::string& audience, ClusterCache& cache);

}  // namespace kubus::apiserver::node
