#include "kubus/loop.h"

#include <utility>

#include "core/loop_core.h"

namespace kubus::core {

Registration add_timer(const std::shared_ptr<LoopCore>& core, Duration delay, Duration period,
                       Task task) {
  auto timer = std::make_shared<Timer>(std::move(task), period);
  const bool first = core->timers.add(Clock::now() + delay, timer);
  if (core->stopping()) {
    core->timers.remove(timer.get());
    return {};
  }
  if (first && !core->in_loop()) core->wake();
  return Registration([weak = std::weak_ptr(core), timer] {
    const auto alive = weak.lock();
    timer->slot.cancel(alive && alive->in_loop());
    if (alive) alive->timers.remove(timer.get());
  });
}

Registration add_watch(const std::shared_ptr<LoopCore>& core, int fd, std::uint32_t events,
                       UniqueFunction<void(std::uint32_t)> ready, bool internal) {
  auto watch = std::make_shared<FdWatch>(fd, events, std::move(ready), internal);
  if (core->stopping() || !core->fds.add(watch)) return {};
  return Registration([weak = std::weak_ptr(core), watch] {
    const auto alive = weak.lock();
    if (alive) alive->fds.remove(watch.get());
    watch->slot.cancel(alive && alive->in_loop());
  });
}

}  // namespace kubus::core

namespace kubus {

using core::LoopCore;

Loop::Loop(std::string name) : impl_(std::make_unique<Impl>()) {
  impl_->core = std::make_shared<LoopCore>(std::move(name));
  impl_->thread = std::thread([core = impl_->core] { core->run(); });
}

Loop::~Loop() { stop(); }

bool Loop::post(Task task) { return impl_->core->post(std::move(task)); }

bool Loop::in_loop() const { return impl_->core->in_loop(); }

Registration Loop::after(Duration delay, Task task) {
  return core::add_timer(impl_->core, delay, Duration::zero(), std::move(task));
}

Registration Loop::every(Duration period, Task task) {
  return core::add_timer(impl_->core, period, std::max(period, Duration(1)), std::move(task));
}

Registration Loop::watch_fd(int fd, std::uint32_t events,
                            UniqueFunction<void(std::uint32_t)> ready) {
  return core::add_watch(impl_->core, fd, events, std::move(ready));
}

void Loop::stop() {
  impl_->core->request_stop();
  if (in_loop()) return;  // joined by the owner's thread
  const std::lock_guard lock(impl_->join_mutex);
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace kubus
