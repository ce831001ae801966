// Rules of node lifecycle: conditions of a silent node, the taints a node should have, when a pod
// must leave.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <optional>

#include "kubus/api/time.h"

namespace kubus::node_lifecycle {

// "True", "False", "Unknown"; empty when there is no such condition.
std::string condition_status(const core_v1::Node& node, std::string_view type);
// Sets the kubelet's four conditions to Unknown. False when nothing changed.
bool mark_unknown(core_v1::Node& node, SystemTime now);
// Brings the taints that follow from conditions and spec.unschedulable; leaves others alone. False
// when nothing changed.
bool apply_taints(core_v1::Node& node, SystemTime now);
bool has_no_execute(const core_v1::Node& node);
// Says in the pod's conditions why it is about to be deleted. False when they say so already.
bool mark_disrupted(core_v1::Pod& pod, SystemTime now);
// When the pod must leave its node; nullopt: it may stay.
std::optional<SystemTime> eviction_time(const core_v1::Pod& pod, const core_v1::Node& node,
                                        SystemTime now);

}  // namespace kubus::node_lifecycle
