// What the kubelet tells of its node: /pods, /runningpods, /stats/summary, /metrics and what lies
// below it, /configz.
//
// Thread safety: all members from any thread. Work that blocks is done on the pool.
#pragma once

#include <map>
#include <string>

#include "../node/machine.h"
#include "route.h"

namespace kubus::kubelet {

class NodeReports {
 public:
  // `configz`: the running configuration as JSON.
  NodeReports(const ServerParts& parts, std::string node_name, Machine machine, std::string configz)
      : parts_(parts),
        node_name_(std::move(node_name)),
        machine_(std::move(machine)),
        configz_(std::move(configz)) {}
  void add_routes(std::map<std::string, Route, std::less<>>& routes);

 private:
  void serve_pods(const ServerRequest& request);
  void serve_running_pods(const ServerRequest& request);
  void serve_stats(const ServerRequest& request);
  void serve_metrics(const ServerRequest& request);
  void serve_resource_metrics(const ServerRequest& request);
  void serve_cadvisor_metrics(const ServerRequest& request);

  const ServerParts parts_;
  const std::string node_name_;
  const Machine machine_;
  const std::string configz_;
};

}  // namespace kubus::kubelet
