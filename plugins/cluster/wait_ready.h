// Waits until a cluster that is starting is of use.
//
// Thread safety: single-threaded commands.
#pragma once

#include <chrono>

#include "cluster.h"

namespace kubus::cluster {

// Returns when the node is Ready and the admin kubeconfig exists. kUnavailable as soon as kubusd
// (`pid`) ends, kTimeout with what is still missing.
Status wait_ready(const Cluster& cluster, int pid, std::chrono::seconds timeout);

}  // namespace kubus::cluster
