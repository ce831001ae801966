// Waits until a cluster that is starting is of use.
//
// Thread safety: single-threaded commands.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "daemon.h"

namespace kubus::cluster {

// Returns when the node is Ready, the admin kubeconfig exists and the plugins have settled: one
// line for each plugin that is not at work. kUnavailable, with the reasons, as soon as kubusd ends
// or the node cannot become Ready; kTimeout with what is still missing.
Result<std::vector<std::string>> wait_ready(const Cluster& cluster, const Daemon& daemon,
                                            std::chrono::seconds timeout);

}  // namespace kubus::cluster
