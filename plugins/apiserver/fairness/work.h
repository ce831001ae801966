// How wide a request is, as the reference estimates it: a list by the bytes that it goes through, a
// change by how many watch what it changes, anything else one seat.
//
// Thread safety: functions without state; the cache as it is.
#pragma once

#include "cache/cluster_cache.h"
#include "fairness/width.h"
#include "request/query.h"
#include "request/request_info.h"

namespace kubus::apiserver::fairness {

// The most objects that a list is to have; 0: all.
std::size_t limit_of(const Query& query);
// At most `most` seats.
Width width_of(const RequestInfo& info, const Query& query, ClusterCache& cache, int most);

}  // namespace kubus::apiserver::fairness
