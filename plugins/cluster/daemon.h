// Starts kubusd, and the process that is the node's uplink, for one cluster.
//
// Thread safety: single-threaded commands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster.h"

namespace kubus::cluster {

// kubusd of the installation (or build) that this command belongs to.
Result<std::string> find_daemon();

// Writes the cluster's configuration: what differs from the shipped defaults.
Status write_configuration(const Cluster& cluster);
// Adds KEY=VALUE settings to those that every kubusd of the cluster is started with.
Status add_overrides(const Cluster& cluster, const std::vector<std::string>& settings);
// Asks kubusd whether it would start with `settings` on top of what the cluster has; kInvalid with
// its answer when it would not.
Status check_settings(const Cluster& cluster, const std::string& kubusd,
                      const std::vector<std::string>& settings);

// A kubusd that was just started, a child of this process.
struct Daemon {
  int pid = 0;
  std::uintmax_t log_from = 0;  // where in cluster.log_file() its own words begin
};
// Starts kubusd inside the cluster's network namespace, detached, logging to cluster.log_file().
Result<Daemon> start_daemon(const Cluster& cluster, const std::string& kubusd);

// Gives the node a way out through slirp4netns: an ordinary process that makes the host's own
// connections, so that nothing of the host's network is changed. kNotFound when it is not
// installed.
Status start_uplink(const Cluster& cluster);
Status stop_uplink(const Cluster& cluster);

}  // namespace kubus::cluster
