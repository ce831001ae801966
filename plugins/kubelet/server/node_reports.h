// What the kubelet tells of its node: /pods, /runningpods, /stats/summary, /metrics, /configz.
//
// Thread safety: all members from any thread. Work that blocks is done on the pool.
#pragma once

#include <map>
#include <string>

#include "route.h"

namespace kubus::kubelet {

class NodeReports {
 public:
  NodeReports(const ServerParts& parts, std::string node_name, std::string configz)
      : parts_(parts), node_name_(std::move(node_name)), configz_(std::move(configz)) {}
  void add_routes(std::map<std::string, Route, std::less<>>& routes);

 private:
  void serve_pods(const ServerRequest& request);
  void serve_running_pods(const ServerRequest& request);
  void serve_stats(const ServerRequest& request);
  void serve_metrics(const ServerRequest& request);

  const ServerParts parts_;
  const std::string node_name_;
  const std::string configz_;
};

}  // namespace kubus::kubelet
