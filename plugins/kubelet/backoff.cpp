#include "backoff.h"

#include <algorithm>

namespace kubus::kubelet {

Backoff::Clock::duration Backoff::remaining(const std::string& key, Clock::time_point failed_at,
                                            Clock::time_point now) const {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(key);
  if (it == entries_.end() || it->second.is_quiet(failed_at)) return {};
  return std::max(failed_at + it->second.delay - now, Clock::duration::zero());
}

Backoff::Clock::duration Backoff::remaining(const std::string& key, Clock::time_point now) const {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(key);
  if (it == entries_.end()) return {};
  return std::max(it->second.last + it->second.delay - now, Clock::duration::zero());
}

void Backoff::next(const std::string& key, Clock::time_point failed_at, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  auto [it, fresh] = entries_.try_emplace(key);
  Entry& entry = it->second;
  entry.delay = fresh || entry.is_quiet(failed_at) ? kFirst : std::min(2 * entry.delay, kLongest);
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
