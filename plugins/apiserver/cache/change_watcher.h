// Tells a function of every change of a resource.
//
// Thread safety: as of the Watcher it is.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "cache/cluster_cache.h"

namespace kubus::apiserver {

class ChangeWatcher final : public Watcher {
 public:
  // Given the object as it is now, or, when `deleted`, as it was.
  using Tell = std::function<void(const ObjectPtr& object, bool deleted)>;
  explicit ChangeWatcher(Tell tell) : tell_(std::move(tell)) {}

  // From the present state on, as long as the watcher lives.
  static Result<std::shared_ptr<Watcher>> follow(ClusterCache& cache, std::string_view group,
                                                 std::string_view plural, Tell tell) {
    std::shared_ptr<Watcher> watcher = std::make_shared<ChangeWatcher>(std::move(tell));
    WatchStart from_state;
    from_state.from = WatchStart::From::kState;
    KUBUS_TRY(cache.find(group, plural)->watch(watcher, {}, from_state, cache.revision()));
    return watcher;
  }

  void on_event(EventType type, const ObjectPtr& object) override {
    tell_(object, type == EventType::kDeleted);
  }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}

 private:
  const Tell tell_;
};

}  // namespace kubus::apiserver
