// Filters: may this pod run on that node?
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "node_table.h"

namespace kubus::scheduler {

struct Verdict {
  std::vector<std::string> reasons;  // empty: it may
  // Fewer pods on the node could change the answer.
  bool pods_in_the_way = false;
  bool ok() const { return reasons.empty(); }
};

// The answer of the first filter that says no, in the reference's words.
Verdict filter(const core_v1::Pod& pod, const PodUse& use, const NodeRow& node);

// Whether a toleration of the pod covers the taint.
bool tolerates(const core_v1::Pod& pod, const NodeTaint& taint);
Verdict fits(const PodUse& use, const NodeRow& node);

// What the pod demands that this scheduler cannot grant yet; empty when there is nothing.
std::string unsupported(const core_v1::Pod& pod);

}  // namespace kubus::scheduler
