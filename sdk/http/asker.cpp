#include "kubus/http/asker.h"

#include <utility>

#include "kubus/http/exchange.h"

namespace kubus::http {

bool Asker::left() const {
  const std::lock_guard lock(mutex_);
  return left_;
}

void Asker::leave() {
  decltype(tasks_) tasks;
  {
    const std::lock_guard lock(mutex_);
    left_ = true;
    tasks.swap(tasks_);
  }
  for (auto& [id, task] : tasks) task();
}

Registration Asker::on_leave(Task task) {
  std::uint64_t id = 0;
  std::shared_ptr<Exchange> watched;
  {
    const std::lock_guard lock(mutex_);
    if (!left_) {
      id = next_++;
      tasks_.emplace(id, std::move(task));
      watched = std::exchange(exchange_, {}).lock();
    }
  }
  if (task) {
    task();
    return {};
  }
  if (watched)
    watched->on_leave([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->leave();
    });
  return Registration([weak = weak_from_this(), id] {
    if (const auto self = weak.lock()) self->forget(id);
  });
}

void Asker::forget(std::uint64_t id) {
  decltype(tasks_)::node_type gone;  // ends without the lock
  const std::lock_guard lock(mutex_);
  gone = tasks_.extract(id);
}

}  // namespace kubus::http
