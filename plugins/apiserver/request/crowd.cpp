#include "request/crowd.h"

#include <utility>

namespace kubus::apiserver {

bool Crowd::enter() {
  const std::lock_guard lock(mutex_);
  if (within_ == 0) return false;
  ++within_;
  return true;
}

void Crowd::watch(const http::AskerPtr& one) {
  if (!one) return;
  auto leaving = one->on_leave([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->leave();
  });
  const std::lock_guard lock(mutex_);
  leaving_.push_back(std::move(leaving));
}

void Crowd::leave() {
  {
    const std::lock_guard lock(mutex_);
    if (--within_ > 0) return;
  }
  all_->leave();
}

}  // namespace kubus::apiserver
