// Pods that a node makes, each to stand for what it runs anyway.
//
// Thread safety: a pure function.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <string>

#include "cache/cluster_cache.h"

namespace kubus::apiserver::node {

// Why `node` may not make the pod: it must be bound to it and owned by it, and name no object that
// the node could get at by it. Empty: it may. kNotFound: there is no such node.
Result<std::string> wrong_with_mirror(const core_v1::Pod& pod, const std::string& node,
                                      ClusterCache& cache);

}  // namespace kubus::apiserver::node
