// The status of the Node object, from what the machine, the runtime and the network say.
//
// Thread safety: pure.
#pragma once

#include <k8s/core/v1/node.pb.h>

#include "kubus/api/types.h"
#include "node_agent.h"

namespace kubus::kubelet {

struct NodeHealth {
  Result<runtime::StatusResponse> runtime = Status(Code::kUnavailable, "not asked yet");
  Result<network::NetworkStatusResponse> network = Status(Code::kUnavailable, "not asked yet");
  Result<std::vector<runtime::Image>> images = Status(Code::kUnavailable, "not asked yet");
};

// Brings `node` up to date; heartbeat times move only when `heartbeat` is set or something changed.
void update_node_status(core_v1::Node& node, const NodeIdentity& identity, const NodeHealth& health,
                        bool heartbeat);
// The reason of the event that tells of a condition: "NodeReady", "NodeHasSufficientMemory", ...
// Empty for one that this node does not set.
std::string event_of(const core_v1::NodeCondition& condition);
// A Node for the first registration.
core_v1::Node new_node(const NodeIdentity& identity);

}  // namespace kubus::kubelet
