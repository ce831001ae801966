// Informer: a live, shared, read-only copy of all objects of a kind (or a selection of them).
//
// Thread safety: reads from any thread; handlers run on the plugin's Loop, one at a time.
//
// What is guaranteed: for each object a handler sees a subsequence of its states, in order, ending
// with the newest; states in between may be skipped. There is no order between objects. When a
// handler runs, the cache already holds that state or a newer one. A deletion shows the last known
// state. After a lost connection nothing is missed: what vanished meanwhile is reported as deleted.
//
// Cost: one watch and one decoded object per version for the whole process, however many plugins
// use it. Objects are immutable: copy before changing one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kubus/function.h"
#include "kubus/loop.h"
#include "kubus/object.h"

namespace google::protobuf {
class Descriptor;
}

namespace kubus {

class Context;

struct InformerOptions {
  std::string ns;  // empty: all namespaces
  std::string label_selector;
  std::string field_selector;
};

using ObjectPtr = std::shared_ptr<const Message>;

// The untyped core; users take Informer<T>.
class ObjectCache {
 public:
  // The process's cache for this selection; starts its watch on first use.
  static std::shared_ptr<ObjectCache> of(Context& context, const google::protobuf::Descriptor* kind,
                                         const InformerOptions& options);
  virtual ~ObjectCache() = default;

  virtual ObjectPtr get(const ObjectKey& key) const = 0;
  virtual std::vector<ObjectPtr> list(std::string_view ns) const = 0;
  virtual std::vector<ObjectPtr> controlled_by(std::string_view owner_uid) const = 0;
  virtual std::size_t size() const = 0;
  // True once the first complete list is in.
  virtual bool synced() const = 0;
  // The newest resourceVersion the cache has seen.
  virtual std::int64_t resource_version() const = 0;
  // Blocks until the cache has seen `version`, or the timeout: false. Never from a Loop.
  virtual bool wait_for(std::int64_t version, Duration timeout) = 0;

  // `old` null: added; `now` null: deleted. Existing objects are reported as added first; then
  // `on_synced` runs once. Both on the context's loop; either may be empty.
  using ChangeFn = std::function<void(const ObjectPtr& old, const ObjectPtr& now)>;
  virtual Registration subscribe(Context& context, ChangeFn on_change,
                                 std::function<void()> on_synced) = 0;
};

template <class T>
class Informer {
 public:
  using Ptr = std::shared_ptr<const T>;

  explicit Informer(Context& context, const InformerOptions& options = {})
      : context_(context), cache_(ObjectCache::of(context, T::descriptor(), options)) {}

  Ptr get(const ObjectKey& key) const { return cast(cache_->get(key)); }
  std::vector<Ptr> list(std::string_view ns = {}) const { return cast(cache_->list(ns)); }
  // Objects whose controlling owner has this uid; those without one for an empty uid.
  std::vector<Ptr> controlled_by(std::string_view owner_uid) const {
    return cast(cache_->controlled_by(owner_uid));
  }
  std::size_t size() const { return cache_->size(); }
  bool synced() const { return cache_->synced(); }

  // on_change(old, now): null old is an addition, null now a deletion.
  template <class F>
  void on_change(F on_change, std::function<void()> on_synced = {}) {
    registrations_.push_back(cache_->subscribe(
        context_,
        [f = std::move(on_change)](const ObjectPtr& old, const ObjectPtr& now) {
          f(cast(old), cast(now));
        },
        std::move(on_synced)));
  }
  ObjectCache& cache() { return *cache_; }

 private:
  static Ptr cast(const ObjectPtr& object) { return std::static_pointer_cast<const T>(object); }
  static std::vector<Ptr> cast(const std::vector<ObjectPtr>& objects) {
    std::vector<Ptr> out;
    out.reserve(objects.size());
    for (const auto& object : objects) out.push_back(cast(object));
    return out;
  }

  Context& context_;
  std::shared_ptr<ObjectCache> cache_;
  std::vector<Registration> registrations_;
};

}  // namespace kubus
