// Keeps an Index as the watch cache is: from the first state on, each change as it is applied.
// Whoever reads their own write is judged by it.
//
// Thread safety: start() on the thread that applies changes.
#pragma once

#include <memory>
#include <vector>

#include "cache/cluster_cache.h"
#include "rbac/index.h"

namespace kubus::apiserver::rbac {

class Feed {
 public:
  Feed(ClusterCache& cache, Index& index) : cache_(cache), index_(index) {}
  // Once the cache is filled.
  Status start();

 private:
  ClusterCache& cache_;
  Index& index_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
};

}  // namespace kubus::apiserver::rbac
