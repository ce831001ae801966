// Waiting for a condition instead of sleeping.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace kubus::kernel {

// A value that one thread changes and another waits for.
template <class T>
class Watched {
 public:
  template <class Change>
  void change(Change change) {
    std::lock_guard lock(mutex_);
    change(value_);
    changed_.notify_all();
  }
  // False when the condition does not come true within a generous deadline.
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return condition(value_); });
  }
  T get() {
    std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T value_{};
};

}  // namespace kubus::kernel
