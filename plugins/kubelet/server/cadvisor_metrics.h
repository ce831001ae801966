// The figures of /metrics/cadvisor: the node's, the pods' and the containers' control groups.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <vector>

#include "../node/machine.h"
#include "../node_runtime.h"
#include "node_usage.h"

namespace kubus::kubelet {

// Under the names and with the labels of the reference's collector, in Prometheus' text format.
// `state` tells what the containers and control groups are, `images` the names of the images.
std::string cadvisor_metrics(const Machine& machine, const NodeUsage& node,
                             const runtime::StatsResponse& stats,
                             const NodeRuntime::PodState& state,
                             const std::vector<runtime::Image>& images);

}  // namespace kubus::kubelet
