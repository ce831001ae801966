// The figures of /stats/summary.
//
// Thread safety: reads files of /proc; otherwise pure.
#pragma once

#include <string>
#include <vector>

#include "../pod_model.h"
#include "kubus/runtime.h"

namespace kubus::kubelet {

// The reference's Summary as JSON: the node as the kernel counts it, the pods as the runtime does.
std::string stats_summary(const std::string& node_name, const runtime::StatsResponse& stats,
                          const std::vector<PodPtr>& pods);

}  // namespace kubus::kubelet
