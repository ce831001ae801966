#include "registry/workers.h"

#include <utility>

namespace kubus::apiserver {

std::size_t Workers::waiting(const std::string& client) const {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(client);
  return found == waiting_.end() ? 0 : found->second.size();
}

void Workers::post(const std::string& client, Task step) {
  {
    std::unique_lock lock(mutex_);
    if (stopped_) {
      lock.unlock();
      return step();
    }
    auto& steps = waiting_[client];
    if (steps.empty()) turns_.push_back(client);
    steps.push_back(std::move(step));
  }
  pool_.post([this] { do_next(); });
}

void Workers::do_next() {
  Task step;
  {
    const std::lock_guard lock(mutex_);
    if (turns_.empty()) return;
    const auto client = waiting_.find(turns_.front());
    step = std::move(client->second.front());
    client->second.pop_front();
    if (client->second.empty())
      waiting_.erase(client);
    else
      turns_.push_back(std::move(turns_.front()));
    turns_.pop_front();
  }
  step();
}

void Workers::stop() {
  decltype(waiting_) dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    turns_.clear();
    dropped.swap(waiting_);
  }
  dropped.clear();
  pool_.stop();
}

}  // namespace kubus::apiserver
