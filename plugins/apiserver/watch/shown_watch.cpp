#include "watch/shown_watch.h"

#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "custom/conversion.h"
#include "registry/shown.h"

namespace kubus::apiserver {
namespace {

// Changes that may wait for a webhook; what a watch begins with does not count.
constexpr std::size_t kMostWaiting = 10'000;
// How many of those that wait are asked about at once.
constexpr std::size_t kMostAsked = 500;

class ShownWatch final : public Watcher, public std::enable_shared_from_this<ShownWatch> {
 public:
  ShownWatch(Loop& loop, CallPtr call, std::weak_ptr<Watcher> to, Filter filter)
      : loop_(loop),
        call_(std::move(call)),
        kind_(*custom_kind(*call_->resource)),
        conversion_(*kind_.conversion()),
        to_(std::move(to)),
        filter_(std::move(filter)),
        selects_(!filter_.labels.empty() || !filter_.fields.empty()) {}

  void on_change(const Event& event, const Filter& filter) override {
    if (filter.matches(*event.object)) push({event});
  }
  void on_event(EventType type, const ObjectPtr& object) override {
    push({Event{type, object->revision(), object, nullptr}});
  }
  void on_bookmark(std::int64_t revision, bool initial_end) override {
    push({Event{EventType::kBookmark, revision, nullptr, nullptr}, initial_end});
  }
  void on_end(const Status& why) override {
    push({Event{EventType::kError, 0, nullptr, nullptr}, false, why});
  }
  // From now on changes arrive.
  void set_live() {
    std::lock_guard lock(mutex_);
    live_ = true;
  }

 private:
  struct Item {
    Event event;  // kBookmark has no object, kError ends the watch
    bool initial_end = false;
    Status why;
  };

  void push(Item item) {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    if (live_ && waiting_.size() >= kMostWaiting) {
      waiting_.clear();
      item = {Event{EventType::kError, 0, nullptr, nullptr}, false,
              errors::expired("the conversion webhook was too slow to keep up with the watch")};
    }
    waiting_.push_back(std::move(item));
    deliver();
    ask_for_rest();
  }

  // The event as the client sees it; nothing while that is not known.
  std::optional<Event> shown(const Event& event) const {
    Event out = event;
    if (event.object && !(out.object = conversion_.known(event.object, kind_))) return {};
    if (!event.previous || !selects_) return out;
    if (!(out.previous = conversion_.known(event.previous, kind_))) return {};
    return out;
  }

  void tell(const Item& item, const Event& event, Watcher& watcher) {
    if (event.type == EventType::kBookmark)
      return watcher.on_bookmark(event.revision, item.initial_end);
    if (event.type != EventType::kError) return watcher.on_change(event, filter_);
    ended_ = true;
    watcher.on_end(item.why);
  }

  // All that can be shown. Under the lock, which keeps what the client sees in order.
  void deliver() {
    const auto watcher = to_.lock();
    while (watcher && !ended_ && !waiting_.empty()) {
      const auto event = shown(waiting_.front().event);
      if (!event) break;
      tell(waiting_.front(), *event, *watcher);
      waiting_.pop_front();
    }
    if (!watcher || ended_) waiting_.clear();
  }

  void ask_for_rest() {
    if (waiting_.empty() || std::exchange(asking_, true)) return;
    // Not from within the cache.
    loop_.post([self = shared_from_this()] { self->ask(); });
  }

  void ask() {
    std::vector<ObjectPtr> objects;
    {
      std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < waiting_.size() && i < kMostAsked; ++i) {
        const auto& event = waiting_[i].event;
        if (event.object) objects.push_back(event.object);
        if (event.previous && selects_) objects.push_back(event.previous);
      }
    }
    conversion_.show(std::move(objects), kind_, call_->asker,
                     [self = shared_from_this()](const Result<std::vector<ObjectPtr>>& answer) {
                       self->answered(answer.status());
                     });
  }

  void answered(const Status& status) {
    std::lock_guard lock(mutex_);
    asking_ = false;
    deliver();
    if (status.ok()) return ask_for_rest();
    if (waiting_.empty()) return;
    // What comes next cannot be shown: the client has to look again at what there is.
    ended_ = true;
    waiting_.clear();
    if (auto watcher = to_.lock()) watcher->on_end(status);
  }

  Loop& loop_;
  const CallPtr call_;  // holds the kind
  const CustomKind& kind_;
  Conversion& conversion_;
  const std::weak_ptr<Watcher> to_;
  const Filter filter_;
  const bool selects_;  // by what may change
  std::mutex mutex_;
  std::deque<Item> waiting_;
  bool live_ = false;
  bool asking_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::shared_ptr<void>> watch_shown(Registry& registry, const CallPtr& call,
                                          const std::shared_ptr<Watcher>& watcher, Filter filter,
                                          const WatchStart& start) {
  const auto revision = registry.cache().revision();
  if (!conversion_of(*call)) {
    KUBUS_TRY(call->cache->watch(watcher, std::move(filter), start, revision));
    return std::shared_ptr<void>();
  }
  auto asked = stored_part(filter);
  auto shown = std::make_shared<ShownWatch>(registry.context().loop(), call, watcher,
                                            std::move(filter));
  KUBUS_TRY(call->cache->watch(shown, std::move(asked), start, revision));
  shown->set_live();
  return std::shared_ptr<void>(std::move(shown));
}

void await_state(Registry& registry, const CallPtr& call, const Filter& filter,
                 const WatchStart& start, UniqueFunction<void(Status)> then) {
  if (start.from != WatchStart::From::kState || !conversion_of(*call)) return then({});
  ListQuery query;
  query.filter = stored_part(filter);
  list_shown(call, query, registry.cache().revision(),
             [then = std::move(then)](const Result<ListResult>& shown) mutable {
               then(shown.status());
             });
}

}  // namespace kubus::apiserver
