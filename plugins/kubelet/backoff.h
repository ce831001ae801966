// Backoff: how long a thing that keeps failing is left alone: 10 s, 20 s, ... 5 min; forgotten
// after ten quiet minutes.
//
// Thread safety: all members from any thread.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

namespace kubus::kubelet {

class Backoff {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kFirst{10};
  static constexpr std::chrono::seconds kLongest{300};

  // How long `key`, which failed at `failed_at`, still has to wait; zero: it may go.
  Clock::duration remaining(const std::string& key, Clock::time_point failed_at,
                            Clock::time_point now) const;
  // The same, for what failed when next() was last called.
  Clock::duration remaining(const std::string& key, Clock::time_point now) const;
  // It failed at `failed_at` and is tried again: the failure after this waits twice as long.
  void next(const std::string& key, Clock::time_point failed_at, Clock::time_point now);
  std::chrono::seconds current(const std::string& key) const;
  void forget(const std::string& prefix);

 private:
  struct Entry {
    std::chrono::seconds delay{0};
    Clock::time_point last;
    bool is_quiet(Clock::time_point failed_at) const { return failed_at - last > 2 * kLongest; }
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace kubus::kubelet
