#include "watch/bus_watch.h"

#include "respond/encode.h"
#include "watch/shown_watch.h"

namespace kubus::apiserver {
namespace {

// Changes that may wait for a slow reader; its initial state does not count.
constexpr std::size_t kBacklog = 10'000;

}  // namespace

BusWatch::BusWatch(Loop& loop, CallPtr call, bus::StreamWriter writer, UniqueFunction<void()> over)
    : loop_(loop), call_(std::move(call)), writer_(std::move(writer)), over_(std::move(over)) {}

void BusWatch::begin(Registry& registry, WatchRequest request) {
  std::weak_ptr<BusWatch> weak = weak_from_this();
  const auto on_loop = [weak](void (BusWatch::*method)()) {
    return [weak, method] {
      if (auto self = weak.lock()) (self.get()->*method)();
    };
  };
  writer_.on_writable(on_loop(&BusWatch::flush));
  writer_.on_cancel([weak] {
    if (auto self = weak.lock()) self->finish({});
  });
  if (request.timeout)
    timer_ = loop_.after(*request.timeout, [weak] {
      if (auto self = weak.lock()) self->on_end({});
    });
  registry.await_revision(
      request.await, [weak, &registry, filter = std::move(request.filter),
                      start = request.start](const Status& status) mutable {
        auto self = weak.lock();
        if (!self) return;
        if (!status.ok()) return self->on_end(status);
        auto source = watch_shown(registry, self->call_, self, std::move(filter), start);
        if (!source.ok()) return self->on_end(source.status());
        std::lock_guard lock(self->mutex_);
        self->source_ = std::move(*source);
        self->live_ = true;
      });
}

void BusWatch::on_event(EventType type, const ObjectPtr& object) { push({type, object}); }

void BusWatch::on_bookmark(std::int64_t revision, bool initial_end) {
  push({EventType::kBookmark, nullptr, revision, initial_end});
}

void BusWatch::on_end(const Status& why) {
  {
    std::lock_guard lock(mutex_);
    if (end_) return;
    end_ = why;
  }
  push({EventType::kError, nullptr});
}

void BusWatch::push(Item item) {
  {
    std::lock_guard lock(mutex_);
    if (item.type != EventType::kError) {
      if (end_) return;
      queue_.push_back(std::move(item));
      if (live_ && queue_.size() > kBacklog) {
        queue_.clear();
        end_ = errors::expired("the watch was too slow to keep up");
      }
    }
    if (std::exchange(scheduled_, true)) return;
  }
  loop_.post([self = shared_from_this()] { self->flush(); });
}

void BusWatch::flush() {
  std::optional<Status> end;
  while (!finished_ && writer_.writable()) {
    Item item;
    {
      std::lock_guard lock(mutex_);
      scheduled_ = false;
      if (queue_.empty()) {
        end = end_;
        break;
      }
      item = std::move(queue_.front());
      queue_.pop_front();
    }
    if (!writer_.write(encode(item))) return finish({});
  }
  if (end) finish(std::move(*end));
}

void BusWatch::finish(Status why) {
  if (std::exchange(finished_, true)) return;
  auto self = shared_from_this();
  timer_.reset();
  writer_.finish(std::move(why));
  over_();
}

Bytes BusWatch::encode(const Item& item) const {
  api::WatchItem message;
  message.set_type(std::string(event_name(item.type)));
  const auto object = item.object ? encode_watched(item.object, *call_, true)
                                  : encode_bookmark(*call_->resource, item.revision,
                                                    item.initial_end, call_->accepted);
  message.set_object(object.data(), object.size());
  return rpc::encode(message);
}

}  // namespace kubus::apiserver
