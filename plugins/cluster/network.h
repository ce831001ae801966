// The network of a throw-away cluster as seen from outside: its namespace and its links.
//
// Thread safety: single-threaded commands; functions that enter a namespace do so on a thread of
// their own, so the caller's namespace never changes. Everything is idempotent.
#pragma once

#include <functional>

#include "cluster.h"

namespace kubus::cluster {

// Makes the named network namespace (as `ip netns` would) with loopback up.
Status create_netns(const Cluster& cluster);
// Keeps the namespace of the caller at cluster.host_netns_path(), anew each time. It is a mount
// below the run directory, so remove_mounts() takes it away. (/proc/1/ns/net may be closed even to
// root.)
Status keep_host_netns(const Cluster& cluster);
// Unmounts and removes it. Ok when it does not exist.
Status remove_netns(const Cluster& cluster);
// Runs `body` inside the cluster's network namespace.
Status in_netns(const Cluster& cluster, const std::function<Status()>& body);

// The veth between host and node, with its addresses: the one route the host gets.
Status create_link(const Cluster& cluster);
// Goes with the namespace; this is for what an interrupted `up` left.
Status remove_link(const Cluster& cluster);

// Within the node: pod and service addresses that nothing there answers for never reach the uplink.
Status dead_end_cluster_ranges(const Cluster& cluster);

}  // namespace kubus::cluster
