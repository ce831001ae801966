// All objects of one resource: their present state, the newest part of their history, and who
// watches them.
//
// Thread safety: reads from any thread; apply, reset, bookmark from one thread. Watchers are called
// under the lock, which keeps what they see in order.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "cache/event.h"
#include "cache/watch_count.h"
#include "kubus/api/resource.h"

namespace kubus::apiserver {

// One change as storage reports it.
struct Change {
  std::string key;   // "ns/name" or "name"
  ObjectPtr object;  // null: deleted
  std::int64_t revision = 0;
};

struct ListQuery {
  Filter filter;
  std::size_t limit = 0;   // 0: all
  std::string start;       // first key wanted
  std::int64_t exact = 0;  // the state as of this revision; 0: now
};

struct ListResult {
  std::vector<ObjectPtr> items;
  std::int64_t revision = 0;
  std::string next;                       // first key of the next page; empty: that was all
  std::optional<std::int64_t> remaining;  // how many follow, where that is known
};

// Where a watch begins.
struct WatchStart {
  enum class From { kState, kRevision, kNow } from = From::kNow;
  std::int64_t revision = 0;      // for kRevision: what comes after it, which may be long
  bool initial_bookmark = false;  // marks the end of the initial state
  bool bookmarks = false;
};

class ResourceCache {
 public:
  // Keeps the resource alive.
  ResourceCache(std::shared_ptr<const ResourceInfo> resource, std::size_t history);

  const ResourceInfo& resource() const { return *resource_; }
  ObjectPtr get(const std::string& key) const;
  // kExpired when `exact` is older than history goes.
  Result<ListResult> list(const ListQuery& query, std::int64_t global_revision) const;
  // Objects in all.
  std::size_t size() const;
  struct Extent {
    std::size_t objects = 0, bytes = 0;
  };
  Extent extent() const;
  // Whether the first `limit` objects (0: all) of a namespace (empty: all) are more than `most`, by
  // either figure. Looks at no more than that.
  bool exceeds(const Extent& most, std::string_view ns, std::size_t limit) const;
  // Watches that may be told of a change of the object; of one that has no name yet, or not given.
  std::size_t watchers_of(std::string_view ns, std::string_view name) const;
  // Of the last change.
  std::int64_t revision() const;
  void for_each(const std::function<void(const ObjectPtr&)>& visit) const;
  // Those of one namespace.
  void for_each(std::string_view ns, const std::function<void(const ObjectPtr&)>& visit) const;

  // Delivers what the start asks for at once, then every change. kExpired when history does not
  // go back that far. The watcher is held weakly.
  Status watch(const std::shared_ptr<Watcher>& watcher, Filter filter, const WatchStart& start,
               std::int64_t global_revision);

  void apply(std::vector<Change> changes);
  // Replaces everything; watchers are told the differences.
  void reset(std::map<std::string, ObjectPtr, std::less<>> objects, std::int64_t revision);
  void bookmark(std::int64_t revision);
  // Ends all watches.
  void end_watches(const Status& why);

 private:
  struct Subscription {
    std::weak_ptr<Watcher> watcher;
    Filter filter;
    bool bookmarks = false;
    std::int64_t after = 0;  // only what comes later is told
  };
  using Objects = std::map<std::string, ObjectPtr, std::less<>>;

  void apply_one(Change change);
  void drop_expired();
  void remember(EventPtr event);
  void deliver(const Event& event);
  Result<Objects> state_at(std::int64_t revision) const;
  void collect(const Objects& objects, const ListQuery& query, ListResult& result) const;
  Status replay(Watcher& watcher, const Filter& filter, std::int64_t after) const;

  const std::shared_ptr<const ResourceInfo> resource_;
  const std::size_t history_limit_;
  mutable std::shared_mutex mutex_;
  Objects objects_;
  std::size_t bytes_ = 0;  // of all of them
  std::deque<EventPtr> history_;
  // Everything that happened after this revision is in history_.
  std::int64_t history_start_ = 0;
  std::int64_t revision_ = 0;
  std::vector<Subscription> watchers_;
  WatchCount watch_count_;
};

}  // namespace kubus::apiserver
