// How many seats a request takes: one, and more for a list of many objects.
//
// Thread safety: a function without state; the cache as it is.
#pragma once

#include "cache/cluster_cache.h"
#include "request/query.h"
#include "request/request_info.h"

namespace kubus::apiserver::fairness {

// At most `most`.
int seats_of(const RequestInfo& info, const Query& query, ClusterCache& cache, int most);

}  // namespace kubus::apiserver::fairness
