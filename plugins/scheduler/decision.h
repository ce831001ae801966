// The decision about one pod: a node, or why there is none.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "node_table.h"

namespace kubus::scheduler {

struct Decision {
  std::vector<std::string> nodes;  // equally good; empty: none
  std::string message;             // why there is none, as events and conditions show it
  unsigned helpers = 0;            // what could change that (Help)
};

Decision decide(const core_v1::Pod& pod, const PodUse& use, const NodeTable& table);

}  // namespace kubus::scheduler
