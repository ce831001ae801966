#include "queue_core.h"

#include <algorithm>

namespace kubus {

void QueueCore::add(const std::string& key) {
  if (!dirty_.insert(key).second) return;
  if (!processing_.contains(key)) queue_.push_back(key);
}

void QueueCore::add_at(const std::string& key, Clock::time_point when) {
  auto [it, inserted] = due_.try_emplace(key, when);
  if (!inserted) {
    if (it->second <= when) return;
    by_time_.erase({it->second, key});
    it->second = when;
  }
  by_time_.insert({when, key});
}

void QueueCore::advance(Clock::time_point now) {
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    auto node = by_time_.extract(by_time_.begin());
    due_.erase(node.value().second);
    add(node.value().second);
  }
}

std::optional<QueueCore::Clock::time_point> QueueCore::next_due() const {
  if (by_time_.empty()) return std::nullopt;
  return by_time_.begin()->first;
}

std::optional<std::string> QueueCore::take() {
  if (queue_.empty()) return std::nullopt;
  std::string key = std::move(queue_.front());
  queue_.pop_front();
  dirty_.erase(key);
  processing_.insert(key);
  return key;
}

bool QueueCore::finish(const std::string& key) {
  processing_.erase(key);
  if (!dirty_.contains(key)) return false;
  queue_.push_back(key);
  return true;
}

QueueCore::Clock::duration QueueCore::failed(const std::string& key) {
  const int failures = failures_[key]++;
  const int doublings = std::min(failures, 30);
  const Clock::duration delay = kFirstBackoff * (std::int64_t{1} << doublings);
  return std::min<Clock::duration>(delay, kLongestBackoff);
}

}  // namespace kubus
