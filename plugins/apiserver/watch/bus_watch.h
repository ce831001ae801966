// A watch over the bus. Events wait as references to what the cache has, and are encoded when the
// reader has room for them.
//
// Thread safety: on_* as Watcher; the rest on the loop.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "kubus/api_contract.h"
#include "kubus/loop.h"
#include "registry/registry.h"
#include "watch/watch_request.h"

namespace kubus::apiserver {

class BusWatch final : public Watcher, public std::enable_shared_from_this<BusWatch> {
 public:
  // `over` is called on the loop when the watch has ended.
  BusWatch(Loop& loop, CallPtr call, bus::StreamWriter writer, UniqueFunction<void()> over);
  // Opens it; what is wrong ends the stream.
  void begin(Registry& registry, WatchRequest request);

  void on_event(EventType type, const ObjectPtr& object) override;
  void on_bookmark(std::int64_t revision, bool initial_end) override;
  void on_end(const Status& why) override;

 private:
  struct Item {
    EventType type;
    ObjectPtr object;           // null for a bookmark
    std::int64_t revision = 0;  // of a bookmark
    bool initial_end = false;
  };
  void push(Item item);
  void flush();
  void finish(Status why);
  Bytes encode(const Item& item) const;

  Loop& loop_;
  CallPtr call_;
  bus::StreamWriter writer_;
  UniqueFunction<void()> over_;
  std::shared_ptr<void> source_;  // of what is watched
  Registration timer_;
  std::mutex mutex_;
  std::deque<Item> queue_;
  std::optional<Status> end_;
  bool scheduled_ = false;
  bool live_ = false;
  bool finished_ = false;
};

}  // namespace kubus::apiserver
