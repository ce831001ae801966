// The caches of all resources, and the revision up to which they are complete.
//
// Thread safety: reads and when() from any thread; reset, apply, bookmark, add and remove from one
// thread, which also runs what on_settle() is given.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
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
  std::vector<std::shared_ptr<ResourceCache>> all() const;

  // Custom kinds come and go. A new cache has what `from` has, or what storage was found to have
  // when it was read for the first time; null: nothing. Several versions of a resource each have
  // their own.
  std::shared_ptr<ResourceCache> add(std::shared_ptr<const ResourceInfo> resource,
                                     const ResourceCache* from);
  void remove(const ResourceCache& cache);
  // Runs after changes have been applied and before anybody is told of them.
  void on_settle(std::function<void()> settle) { settle_ = std::move(settle); }
  // Every change up to here has been applied and delivered to watchers. 0: not filled yet.
  std::int64_t revision() const { return revision_.load(std::memory_order_acquire); }

  // Runs `task` once revision() has reached `revision`: at once on this thread, or later on the
  // applying one.
  void when(std::int64_t revision, Task task);

  // Values whose resource is not known yet, by place.
  struct Stray {
    std::string key, value;
    std::int64_t revision = 0;
    bool stale = false;
  };
  using Unclaimed = std::map<std::string, std::vector<Stray>, std::less<>>;

  // The whole state, gathered in pieces.
  class Filling {
   public:
    explicit Filling(ClusterCache& cache) : cache_(cache) {}
    void add(const StoredValue& value);

   private:
    friend class ClusterCache;
    ClusterCache& cache_;
    std::unordered_map<ResourceCache*, std::map<std::string, ObjectPtr, std::less<>>> objects_;
    Unclaimed unclaimed_;
  };
  void reset(Filling filling, std::int64_t revision);
  // The changes of one revision.
  void apply(const std::vector<StoredValue>& values, std::int64_t revision);
  void bookmark();
  void end_watches(const Status& why);

 private:
  using Place = std::vector<std::shared_ptr<ResourceCache>>;
  // What is kept at a place; nothing for one that is not known.
  Place place(std::string_view place) const;
  void settle(std::int64_t revision);
  void advance(std::int64_t revision);

  const std::size_t history_;
  std::function<void()> settle_;
  std::int64_t settling_ = 0;  // the revision that add() is called for
  Unclaimed unclaimed_;
  mutable std::shared_mutex caches_mutex_;
  // By "group or core/plural"; of a place with several versions, the stored one comes first.
  std::map<std::string, Place, std::less<>> caches_;
  std::atomic<std::int64_t> revision_{0};
  std::mutex waiting_mutex_;
  std::multimap<std::int64_t, Task> waiting_;
};

}  // namespace kubus::apiserver
