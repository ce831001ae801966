// Removes everything that belongs to a cluster.
//
// Thread safety: single-threaded commands.
#pragma once

#include "cluster.h"

namespace kubus::cluster {

// Processes, mounts, control groups, links, the network namespace, state, and the context in the
// user's kubeconfig. Goes on after a failure and reports the first one; may be repeated. The
// cluster's name becomes free only when all of it is gone.
Status tear_down(const Cluster& cluster);

}  // namespace kubus::cluster
