// Scores: which of the nodes that would do is best?
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node_table.h"

namespace kubus::scheduler {

// From 0 to 100: how much CPU and memory stays free, containers without requests padded.
std::int64_t least_allocated(const PodUse& use, const NodeRow& node);
// From 0 to 100: how alike the used shares of CPU and memory are.
std::int64_t balanced_allocation(const PodUse& use, const NodeRow& node);
// The sum of the weights of the preferred terms that match.
std::int64_t preferred_affinity(const core_v1::Pod& pod, const NodeRow& node);
// The number of PreferNoSchedule taints the pod does not tolerate.
std::int64_t unwanted_taints(const core_v1::Pod& pod, const NodeRow& node);

// The positions in `candidates` (which are positions in `rows`) with the highest total; the weights
// are the reference's: taints 3, affinity 2, the others 1.
std::vector<std::size_t> best(const core_v1::Pod& pod, const PodUse& use,
                              const std::vector<NodeRow>& rows,
                              const std::vector<std::size_t>& candidates);

}  // namespace kubus::scheduler
