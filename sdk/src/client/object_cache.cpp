#include <google/protobuf/message.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <tuple>

#include "cache_store.h"
#include "kubus/api/resource.h"
#include "kubus/context.h"
#include "kubus/custom_kinds.h"
#include "kubus/informer.h"
#include "reflector.h"

namespace kubus {
namespace {

// One handler. Its functions are the plugin's code: they run on that plugin's loop only.
struct Subscriber {
  Subscriber(Context& c, ObjectCache::ChangeFn change, std::function<void()> synced)
      : loop(c.loop()), on_change(std::move(change)), on_synced(std::move(synced)) {}

  template <class Call>
  void run(const Call& call) {
    std::lock_guard lock(mutex);
    if (!cancelled) call(*this);
  }
  // Waits for a callback in progress, unless it is the callback that cancels.
  void cancel() {
    std::lock_guard lock(mutex);
    cancelled = true;
    // A running callback must not be destroyed under itself; it goes with the subscriber then.
  }

  Loop& loop;
  std::recursive_mutex mutex;
  bool cancelled = false;
  ObjectCache::ChangeFn on_change;
  std::function<void()> on_synced;
};

class SharedCache final : public ObjectCache, public std::enable_shared_from_this<SharedCache> {
 public:
  void start(Context& home, Kind kind,
             const InformerOptions& options) {
    std::weak_ptr<SharedCache> weak = weak_from_this();
    auto with = [weak](auto function) {
      return [weak, function](auto&&... args) {
        if (auto self = weak.lock()) function(*self, std::forward<decltype(args)>(args)...);
      };
    };
    Reflector::Sink sink;
    sink.begin_replace = with([](SharedCache& c) { c.store_.begin_replace(); });
    sink.put = with([](SharedCache& c, ObjectPtr object) { c.put(std::move(object)); });
    sink.erase = with([](SharedCache& c, const ObjectPtr& object) { c.erase(*object); });
    sink.end_replace = with([](SharedCache& c) { c.end_replace(); });
    sink.progress = with([](SharedCache& c, std::int64_t version) { c.advance(version); });
    reflector_ = std::make_shared<Reflector>(home, std::move(kind), options, std::move(sink));
    reflector_->start();
    home_ = &home;
  }

  ~SharedCache() override {
    if (home_) home_->loop().post([reflector = reflector_] { reflector->stop(); });
  }

  ObjectPtr get(const ObjectKey& key) const override { return store_.get(key.str()); }
  std::vector<ObjectPtr> list(std::string_view ns) const override { return store_.list(ns); }
  std::vector<ObjectPtr> controlled_by(std::string_view uid) const override {
    return store_.controlled_by(uid);
  }
  std::size_t size() const override { return store_.size(); }
  bool synced() const override { return synced_; }
  std::int64_t resource_version() const override { return version_; }

  bool wait_for(std::int64_t version, Duration timeout) override {
    if (version_ >= version) return true;
    std::unique_lock lock(mutex_);
    return advanced_.wait_for(lock, timeout, [&] { return version_ >= version; });
  }

  Registration subscribe(Context& context, ChangeFn on_change,
                         std::function<void()> on_synced) override {
    auto subscriber =
        std::make_shared<Subscriber>(context, std::move(on_change), std::move(on_synced));
    {
      std::lock_guard lock(mutex_);
      std::vector<CacheStore::Change> additions;
      for (ObjectPtr& object : store_.all()) additions.push_back({nullptr, std::move(object)});
      deliver(subscriber, additions);
      if (synced_) deliver_synced(subscriber);
      subscribers_.push_back(subscriber);
    }
    // The cache lives as long as somebody listens.
    return Registration([self = shared_from_this(), subscriber] {
      subscriber->cancel();
      std::lock_guard lock(self->mutex_);
      std::erase(self->subscribers_, subscriber);
    });
  }

 private:
  void put(ObjectPtr object) {
    std::lock_guard lock(mutex_);
    publish({store_.put(std::move(object))});
  }
  void erase(const Message& object) {
    std::lock_guard lock(mutex_);
    publish({store_.erase(key_of(object).str())});
  }
  void end_replace() {
    std::lock_guard lock(mutex_);
    publish(store_.finish_replace());
    if (synced_.exchange(true)) return;
    for (const auto& subscriber : subscribers_) deliver_synced(subscriber);
  }
  // Only the reflector knows whether everything up to `version` is here: in the middle of a list it
  // is not.
  void advance(std::int64_t version) {
    std::lock_guard lock(mutex_);
    if (version <= version_) return;
    version_ = version;
    advanced_.notify_all();
  }

  void publish(const std::vector<CacheStore::Change>& changes) {
    for (const auto& subscriber : subscribers_) deliver(subscriber, changes);
  }

  static void deliver(const std::shared_ptr<Subscriber>& subscriber,
                      const std::vector<CacheStore::Change>& changes) {
    if (!subscriber->on_change) return;
    for (const CacheStore::Change& change : changes) {
      if (!change.old && !change.now) continue;
      subscriber->loop.post([subscriber, change] {
        subscriber->run([&](Subscriber& s) { s.on_change(change.old, change.now); });
      });
    }
  }
  static void deliver_synced(const std::shared_ptr<Subscriber>& subscriber) {
    if (!subscriber->on_synced) return;
    subscriber->loop.post([subscriber] { subscriber->run([](Subscriber& s) { s.on_synced(); }); });
  }

  CacheStore store_;
  std::atomic<bool> synced_ = false;
  std::atomic<std::int64_t> version_ = 0;
  std::shared_ptr<Reflector> reflector_;
  Context* home_ = nullptr;
  // Orders store changes with their delivery.
  std::mutex mutex_;
  std::condition_variable advanced_;
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
};

// The caches of one process, by what they select.
struct CacheHub {
  // The message, the version and the resource; then the selection.
  using Key = std::tuple<const google::protobuf::Descriptor*, std::string, std::string, std::string,
                         std::string, std::string>;
  std::mutex mutex;
  std::map<Key, std::weak_ptr<SharedCache>> caches;
};

std::shared_ptr<ObjectCache> cache_of(Context& context, Kind kind, const InformerOptions& options) {
  Context& home = context.process();
  auto hub = std::static_pointer_cast<CacheHub>(
      home.shared("kubus.informers", [] { return std::make_shared<CacheHub>(); }));
  std::lock_guard lock(hub->mutex);
  std::erase_if(hub->caches, [](const auto& entry) { return entry.second.expired(); });
  auto& slot = hub->caches[{kind->message, kind->api_version(), kind->plural, options.ns,
                            options.label_selector, options.field_selector}];
  if (auto cache = slot.lock()) return cache;
  auto cache = std::make_shared<SharedCache>();
  cache->start(home, std::move(kind), options);
  slot = cache;
  return cache;
}

}  // namespace

std::shared_ptr<ObjectCache> ObjectCache::of(Context& context,
                                             const google::protobuf::Descriptor* kind,
                                             const InformerOptions& options) {
  return cache_of(context, built_in_kind(*resource_of(*kind)), options);
}

std::shared_ptr<ObjectCache> custom_cache(Context& context, Kind kind) {
  return cache_of(context, std::move(kind), {});
}

}  // namespace kubus
