// The figures of /metrics/resource, which autoscaling and `kubectl top` live on.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <vector>

#include "../pod_model.h"
#include "node_usage.h"

namespace kubus::kubelet {

// Under the reference's names, in Prometheus' text format. Without `stats`, the answer of a runtime
// that failed, it says that nothing could be read.
std::string resource_metrics(const NodeUsage& node, const Result<runtime::StatsResponse>& stats,
                             const std::vector<PodPtr>& pods);

}  // namespace kubus::kubelet
