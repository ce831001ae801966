// Tells a ServiceAllocator what the watch cache has: ServiceCIDRs, Services and IPAddresses, from
// the first state on, each change as it is applied.
//
// Thread safety: start() on the thread that applies changes.
#pragma once

#include <memory>
#include <vector>

#include "cache/cluster_cache.h"
#include "services/service_allocator.h"

namespace kubus::apiserver {

class AllocatorFeed {
 public:
  AllocatorFeed(ClusterCache& cache, std::shared_ptr<ServiceAllocator> allocator)
      : cache_(cache), allocator_(std::move(allocator)) {}
  // Once the cache is filled.
  Status start();

 private:
  ClusterCache& cache_;
  std::shared_ptr<ServiceAllocator> allocator_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
};

}  // namespace kubus::apiserver
