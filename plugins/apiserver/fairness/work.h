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

// What a list goes through, as far as that is told by its limit and how large objects are.
std::size_t bytes_listed(const Query& query, const ResourceCache& objects);
// At most `most` seats.
Width width_of(const RequestInfo& info, const Query& query, ClusterCache& cache, int most);

}  // namespace kubus::apiserver::fairness
