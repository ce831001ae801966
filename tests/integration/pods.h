// What tests ask about the pods of a cluster.
//
// Thread safety: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cluster.h"

namespace kubus::integration {

struct PodFacts {
  std::string name;
  std::string ip;
  std::string container_id;  // of its first container
  std::int64_t restarts = 0;
  bool ready = false;
  auto operator<=>(const PodFacts&) const = default;
};

// The pods of namespace "default" with the label app=<app> that are not being deleted, by name.
std::vector<PodFacts> pods_of(const Cluster& cluster, const std::string& app);

// Waits until `app` has `count` pods, all of them ready and none being deleted, and returns them; a
// failure of the test otherwise.
std::vector<PodFacts> wait_for_pods(const Cluster& cluster, const std::string& app,
                                    std::size_t count);

// A deployment `app` of the demo image with a readiness probe, and its service of that name on port
// 80.
std::string web_manifest(const std::string& app, int replicas);

// The cluster IP of a service in "default"; empty when it has none.
std::string cluster_ip(const Cluster& cluster, const std::string& service);

}  // namespace kubus::integration
