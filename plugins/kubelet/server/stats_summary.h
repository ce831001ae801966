// The figures of /stats/summary.
//
// Thread safety: reads files of /proc; otherwise pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "../pod_model.h"
#include "kubus/api/time.h"
#include "kubus/runtime.h"

namespace kubus::kubelet {

// When the container started, as its pod's status says; unset when that is not known yet.
std::optional<SystemTime> start_time(const core_v1::Pod& pod, const std::string& container);

// The reference's Summary as JSON: the node as the kernel counts it, the pods as the runtime does.
std::string stats_summary(const std::string& node_name, const runtime::StatsResponse& stats,
                          const std::vector<PodPtr>& pods);

}  // namespace kubus::kubelet
