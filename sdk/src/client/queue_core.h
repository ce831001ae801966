// QueueCore: the bookkeeping of a WorkQueue, without threads or clocks.
//
// Thread safety: none; the WorkQueue locks. Times are on the caller's monotonic clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace kubus {

class QueueCore {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kFirstBackoff{5};
  static constexpr std::chrono::seconds kLongestBackoff{1000};

  void add(const std::string& key);
  // Keeps the earlier time when the key already waits.
  void add_at(const std::string& key, Clock::time_point when);
  // Moves keys whose time has come into the queue.
  void advance(Clock::time_point now);
  // When the next waiting key is due.
  std::optional<Clock::time_point> next_due() const;

  // The next key to work on; it is in progress until finish().
  std::optional<std::string> take();
  // True when the key was added meanwhile and is queued again.
  bool finish(const std::string& key);

  // The delay before the next try after one more failure.
  Clock::duration failed(const std::string& key);
  void forget(const std::string& key) { failures_.erase(key); }

  std::size_t ready() const { return queue_.size(); }
  std::size_t in_progress() const { return processing_.size(); }
  std::size_t waiting() const { return due_.size(); }

 private:
  std::deque<std::string> queue_;
  std::unordered_set<std::string> dirty_;  // queued, or to be queued again at finish()
  std::unordered_set<std::string> processing_;
  std::unordered_map<std::string, int> failures_;
  std::unordered_map<std::string, Clock::time_point> due_;
  std::set<std::pair<Clock::time_point, std::string>> by_time_;
};

}  // namespace kubus
