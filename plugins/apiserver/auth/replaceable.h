// A value that is replaced as a whole while others use it. What was replaced stays until nobody
// uses it any more and somebody sweeps, so that it never ends on a thread of its user's.
//
// Thread safety: all members from any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace kubus::apiserver {

template <class T>
class Replaceable {
 public:
  using Ptr = std::shared_ptr<const T>;
  explicit Replaceable(Ptr first) : now_(std::move(first)) {}

  Ptr get() const { return std::atomic_load(&now_); }

  void replace(Ptr next) {
    const std::lock_guard lock(mutex_);
    former_.push_back(std::atomic_exchange(&now_, std::move(next)));
  }

  // Ends those that were replaced and that nobody uses; true when some are left.
  bool sweep() {
    std::vector<Ptr> unused;
    const std::lock_guard lock(mutex_);
    const auto used = std::partition(former_.begin(), former_.end(),
                                     [](const Ptr& one) { return one.use_count() > 1; });
    std::move(used, former_.end(), std::back_inserter(unused));
    former_.erase(used, former_.end());
    return !former_.empty();
  }

  // That of now, and those that were replaced but may be in use.
  std::vector<Ptr> all() const {
    const std::lock_guard lock(mutex_);
    auto all = former_;
    all.push_back(get());
    return all;
  }

 private:
  Ptr now_;  // by atomic_load and atomic_exchange, whose order ThreadSanitizer can see
  mutable std::mutex mutex_;
  std::vector<Ptr> former_;
};

}  // namespace kubus::apiserver
