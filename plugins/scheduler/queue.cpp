#include "queue.h"

#include <algorithm>
#include <vector>

namespace kubus::scheduler {

std::chrono::seconds SchedulingQueue::backoff(int failures) {
  if (failures <= 0) return std::chrono::seconds(0);
  return std::chrono::seconds(failures > 4 ? 10 : std::min(10, 1 << (failures - 1)));
}

SchedulingQueue::Rank SchedulingQueue::rank(const ObjectKey& key, const Entry& entry) {
  return {-static_cast<std::int64_t>(entry.priority), entry.created, entry.sequence, key};
}

void SchedulingQueue::leave(const ObjectKey& key, Entry& entry) {
  if (entry.place == Place::kActive) active_.erase(rank(key, entry));
  if (entry.place == Place::kBackoff) backoff_.erase({entry.ready, key});
  entry.place = Place::kOut;
}

void SchedulingQueue::enter(const ObjectKey& key, Entry& entry, Time now) {
  entry.again = false;
  if (entry.ready <= now) {
    entry.place = Place::kActive;
    active_.insert(rank(key, entry));
  } else {
    entry.place = Place::kBackoff;
    backoff_.insert({entry.ready, key});
  }
}

void SchedulingQueue::add(const ObjectKey& key, std::int32_t priority, std::int64_t created) {
  erase(key);
  Entry& entry = pods_[key];
  entry.priority = priority;
  entry.created = created;
  entry.sequence = ++sequence_;
  enter(key, entry, Time::max());
}

void SchedulingQueue::retry(const ObjectKey& key, Time now) {
  const auto it = pods_.find(key);
  if (it == pods_.end()) return;
  if (it->second.place == Place::kOut) it->second.again = true;
  if (it->second.place == Place::kWaiting) enter(key, it->second, now);
}

void SchedulingQueue::erase(const ObjectKey& key) {
  const auto it = pods_.find(key);
  if (it == pods_.end()) return;
  leave(key, it->second);
  pods_.erase(it);
}

std::optional<ObjectKey> SchedulingQueue::pop(Time now) {
  while (!backoff_.empty() && backoff_.begin()->first <= now) {
    const ObjectKey key = backoff_.begin()->second;
    Entry& entry = pods_[key];
    leave(key, entry);
    enter(key, entry, now);
  }
  if (active_.empty()) return std::nullopt;
  const ObjectKey key = std::get<3>(*active_.begin());
  leave(key, pods_[key]);
  return key;
}

void SchedulingQueue::failed(const ObjectKey& key, unsigned helpers, Time now) {
  const auto it = pods_.find(key);
  if (it == pods_.end() || it->second.place != Place::kOut) return;
  Entry& entry = it->second;
  entry.ready = now + backoff(++entry.failures);
  entry.helpers = helpers;
  entry.place = Place::kWaiting;
  if (entry.again) enter(key, entry, now);
}

void SchedulingQueue::again(const ObjectKey& key, Time now) {
  const auto it = pods_.find(key);
  if (it == pods_.end() || it->second.place != Place::kOut) return;
  it->second.ready = now + backoff(++it->second.failures);
  enter(key, it->second, now);
}

void SchedulingQueue::wake(Help what, Time now) {
  for (auto& [key, entry] : pods_)
    if (entry.place == Place::kWaiting && (entry.helpers & what) != 0) enter(key, entry, now);
}

std::optional<SchedulingQueue::Time> SchedulingQueue::next(Time now) const {
  if (!active_.empty()) return now;
  if (!backoff_.empty()) return backoff_.begin()->first;
  return std::nullopt;
}

}  // namespace kubus::scheduler
