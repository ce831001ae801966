// The processes, mounts and control groups that belong to a cluster, found without its help.
//
// Thread safety: single-threaded commands.
//
// A process belongs to the cluster when it is in the cluster's control group or in its network
// namespace, or is a kubusd that was told the cluster's run directory. So everything is found after
// a kill -9 of kubusd too.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

#include "cluster.h"

namespace kubus::cluster {

std::vector<pid_t> cluster_processes(const Cluster& cluster);
// The pid of the running kubusd, or 0.
pid_t daemon_pid(const Cluster& cluster);

// Asks kubusd to end and waits for it; true when it is gone by the deadline.
bool stop_daemon(const Cluster& cluster, std::chrono::seconds deadline);
// Ends everything that is left, at once. kTimeout when a process does not go.
Status kill_processes(const Cluster& cluster);

Status remove_mounts(const Cluster& cluster);
Status remove_cgroups(const Cluster& cluster);

}  // namespace kubus::cluster
