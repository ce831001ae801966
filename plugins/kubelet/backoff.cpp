#include "backoff.h"

#include <algorithm>

namespace kubus::kubelet {

Backoff::Clock::duration Backoff::remaining(const std::string& key, Clock::time_point failed_at,
                                            Clock::time_point now) {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(key);
  if (it == entries_.end()) return {};
  if (now - it->second.last > 2 * kLongest) {
    entries_.erase(it);
    return {};
  }
  return std::max(failed_at + it->second.delay - now, Clock::duration::zero());
}

void Backoff::next(const std::string& key, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  Entry& entry = entries_[key];
  entry.delay = entry.delay.count() == 0 ? kFirst : std::min(2 * entry.delay, kLongest);
  entry.last = now;
}

std::chrono::seconds Backoff::current(const std::string& key) const {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(key);
  return it == entries_.end() ? std::chrono::seconds(0) : it->second.delay;
}

void Backoff::forget(const std::string& prefix) {
  std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

}  // namespace kubus::kubelet
