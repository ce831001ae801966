#include "event_hub.h"

#include "files.h"

namespace kubus::runtime_oci {

std::uint64_t EventHub::listen(Listener listener) {
  runtime::Event sync;
  sync.set_kind(runtime::Event::SYNC);
  sync.set_time(now_ns());
  const std::lock_guard lock(mutex_);
  const auto id = next_++;
  if (listener(sync)) listeners_[id] = std::move(listener);
  return id;
}

void EventHub::forget(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(id);
}

void EventHub::send(runtime::Event event) {
  event.set_time(now_ns());
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](auto& item) { return !item.second(event); });
}

void EventHub::sandbox(runtime::Event::Kind kind, const runtime::Sandbox& sandbox) {
  runtime::Event event;
  event.set_kind(kind);
  event.set_pod_uid(sandbox.config().pod_uid());
  *event.mutable_sandbox() = sandbox;
  send(std::move(event));
}

void EventHub::container(runtime::Event::Kind kind, const runtime::Container& container) {
  runtime::Event event;
  event.set_kind(kind);
  event.set_pod_uid(container.pod_uid());
  *event.mutable_container() = container;
  send(std::move(event));
}

void EventHub::image(runtime::Event::Kind kind, const runtime::Image& image) {
  runtime::Event event;
  event.set_kind(kind);
  *event.mutable_image() = image;
  send(std::move(event));
}

}  // namespace kubus::runtime_oci
