// BusTurns: gives the requests that plugins make over the bus their turn, beside those of clients.
//
// Thread safety: everything on the loop.
//
// A plugin is classified by its own name and groups, and as one of the group "system:nodes"
// besides: plugins are what makes a node, and as such have the levels of the system.
#pragma once

#include <map>
#include <string>

#include "cache/cluster_cache.h"
#include "fairness/fairness.h"
#include "request/query.h"

namespace kubus::apiserver::fairness {

class BusTurns {
 public:
  // All outlive it.
  BusTurns(Fairness& fairness, ClusterCache& cache, Loop& loop)
      : fairness_(fairness), cache_(cache), loop_(loop) {}
  // `done` runs with seats, within the call where there are some. kTooManyRequests.
  using Done = UniqueFunction<void(Result<Seats>)>;
  void take(const Identity& identity, const RequestInfo& info, const Query& query, Done done);

 private:
  const Identity& classed(const Identity& identity);

  Fairness& fairness_;
  ClusterCache& cache_;
  Loop& loop_;
  std::map<std::string, Identity, std::less<>> classed_;  // by plugin
};

}  // namespace kubus::apiserver::fairness
