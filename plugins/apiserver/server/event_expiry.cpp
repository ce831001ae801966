#include "server/event_expiry.h"

#include <algorithm>

#include "kubus/api/time.h"

namespace kubus::apiserver {
namespace {

// Of the times an event has, the newest.
SystemTime last_sign(const Object& event) {
  SystemTime newest{};
  for (const char* field : {"metadata.creationTimestamp", "lastTimestamp",
                            "series.lastObservedTime", "deprecatedLastTimestamp", "eventTime"})
    if (auto time = parse_time(event.field(field)); time.ok()) newest = std::max(newest, *time);
  return newest;
}

}  // namespace

void EventExpiry::start() {
  if (ttl_.count() <= 0) return;
  const auto period = std::clamp<std::chrono::nanoseconds>(ttl_ / 10, std::chrono::seconds(10),
                                                           std::chrono::minutes(5));
  timer_ =
      registry_.context().loop().every(period, [this] { sweep(std::chrono::system_clock::now()); });
}

void EventExpiry::sweep(std::chrono::system_clock::time_point now) {
  std::vector<ObjectPtr> old;
  registry_.cache().find("", "events")->for_each([&](const ObjectPtr& event) {
    if (now - last_sign(*event) > ttl_) old.push_back(event);
  });
  for (const auto& event : old) {
    auto call = own_call(registry_.cache(), event->resource(), std::string(event->ns()),
                         std::string(event->name()), "delete");
    Deletion deletion;
    deletion.resource_version = std::to_string(event->revision());
    call->admitted = true;
    registry_.remove(std::move(call), std::move(deletion), [](const Result<Answer>&) {});
  }
}

}  // namespace kubus::apiserver
