// The caches of all resources, and the revision up to which they are complete.
//
// Thread safety: reads and when() from any thread; reset, apply and bookmark from one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/resource_cache.h"
#include "kubus/function.h"
#include "kubus/loop.h"

namespace kubus::apiserver {

// One stored version as storage hands it out.
struct StoredValue {
  std::string_view key;
  std::string_view value;  // empty: deleted
  std::int64_t revision = 0;
  bool stale = false;
};

class ClusterCache {
 public:
  explicit ClusterCache(std::size_t history);

  // Null for a resource that is not stored (reviews), or not in this version.
  ResourceCache* find(const ResourceInfo& resource);
  ResourceCache* find(std::string_view group, std::string_view plural);
  std::vector<ResourceCache*> all();
  // Every change up to here has been applied and delivered to watchers. 0: not filled yet.
  std::int64_t revision() const { return revision_.load(std::memory_order_acquire); }

  // Runs `task` once revision() has reached `revision`: at once on this thread, or later on the
  // applying one.
  void when(std::int64_t revision, Task task);

  // The whole state, gathered in pieces.
  class Filling {
   public:
    explicit Filling(ClusterCache& cache) : cache_(cache) {}
    void add(const StoredValue& value);

   private:
    friend class ClusterCache;
    ClusterCache& cache_;
    std::unordered_map<ResourceCache*, std::map<std::string, ObjectPtr, std::less<>>> objects_;
  };
  void reset(Filling filling, std::int64_t revision);
  // The changes of one revision.
  void apply(const std::vector<StoredValue>& values, std::int64_t revision);
  void bookmark();
  void end_watches(const Status& why);

 private:
  ResourceCache* place(std::string_view place);
  void advance(std::int64_t revision);

  // By "group or core/plural". Fixed after construction.
  std::map<std::string, std::unique_ptr<ResourceCache>, std::less<>> caches_;
  std::atomic<std::int64_t> revision_{0};
  std::mutex waiting_mutex_;
  std::multimap<std::int64_t, Task> waiting_;
};

}  // namespace kubus::apiserver
