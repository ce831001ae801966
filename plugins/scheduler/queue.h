// The queue of pods to be scheduled: by priority, then by age. Pods that found no node wait aside
// until something changes that could help them, and then for what is left of their backoff.
//
// Thread safety: none; the scheduler uses it on its loop only. Time is passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "kubus/object.h"

namespace kubus::scheduler {

// What may help a waiting pod; a set of bits.
enum Help : unsigned { kNothing = 0, kNodeChange = 1, kFewerPods = 2 };

class SchedulingQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Puts a pod that is new in line at once. `created` is in seconds.
  void add(const ObjectKey& key, std::int32_t priority, std::int64_t created);
  // The pod was changed: it comes back like one whose help has come.
  void retry(const ObjectKey& key, Time now);
  void erase(const ObjectKey& key);
  // The first in line, which stays known until failed() or erase(). Moves what is due by `now`.
  std::optional<ObjectKey> pop(Time now);
  // A popped pod found no node and waits for one of `helpers`.
  void failed(const ObjectKey& key, unsigned helpers, Time now);
  // A popped pod failed for reasons of the moment: it comes back after its backoff.
  void again(const ObjectKey& key, Time now);
  // Something happened that helps these.
  void wake(Help what, Time now);
  // When the next pod is due; nothing when all wait for changes. `now` or earlier: at once.
  std::optional<Time> next(Time now) const;
  bool knows(const ObjectKey& key) const { return pods_.contains(key); }
  std::size_t size() const { return pods_.size(); }

  // 1 s, doubled at every failure, at most 10 s.
  static std::chrono::seconds backoff(int failures);

 private:
  enum class Place { kActive, kBackoff, kWaiting, kOut };
  struct Entry {
    std::int32_t priority = 0;
    std::int64_t created = 0;
    std::uint64_t sequence = 0;
    int failures = 0;
    unsigned helpers = 0;
    Time ready{};
    Place place = Place::kOut;
    bool again = false;  // helped while it was out
  };
  using Rank = std::tuple<std::int64_t, std::int64_t, std::uint64_t, ObjectKey>;
  static Rank rank(const ObjectKey& key, const Entry& entry);
  void leave(const ObjectKey& key, Entry& entry);
  void enter(const ObjectKey& key, Entry& entry, Time now);

  std::map<ObjectKey, Entry> pods_;
  std::set<Rank> active_;
  std::set<std::pair<Time, ObjectKey>> backoff_;
  std::uint64_t sequence_ = 0;
};

}  // namespace kubus::scheduler
