// What is read off when somebody asks for the metrics: how many objects there are, what the process
// uses, what build it is.
//
// Thread safety: from any thread.
#pragma once

#include "cache/cluster_cache.h"

namespace kubus::apiserver {

void read_gauges(const ClusterCache& cache);

}  // namespace kubus::apiserver
