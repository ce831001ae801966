// NodeAgent: registers the Node, keeps its status true and its lease fresh.
//
// Thread safety: start() once, on the Loop; everything else happens by itself on Loop and Pool.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "../node_runtime.h"
#include "machine.h"

namespace k8s::io::api::core::v1 {
class Node;
}

namespace kubus {
class Context;
}

namespace kubus::kubelet {

struct NodeIdentity {
  std::string name;
  std::string ip;
  int kubelet_port = 0;
  int max_pods = 110;
  std::map<std::string, std::string> labels;  // for a new Node
  Machine machine;
};

class NodeAgent {
 public:
  NodeAgent(Context& context, NodeRuntime& runtime, NodeIdentity identity,
            Duration status_interval);
  ~NodeAgent();
  // `kubelet_port`: where this node's kubelet serves.
  void start(int kubelet_port);
  // The runtime or the network changed: look at the conditions now.
  void refresh();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus::kubelet
