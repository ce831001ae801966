// AbsentOwners: the owners that were found missing lately, so that a thousand dependents of one
// owner ask for it once.
//
// Thread safety: all members from any thread.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>

namespace kubus::gc {

class AbsentOwners {
 public:
  explicit AbsentOwners(std::size_t limit) : limit_(limit) {}

  void add(const std::string& key) {
    std::lock_guard lock(mutex_);
    if (!keys_.insert(key).second) return;
    order_.push_back(key);
    if (order_.size() <= limit_) return;
    keys_.erase(order_.front());
    order_.pop_front();
  }
  bool contains(const std::string& key) const {
    std::lock_guard lock(mutex_);
    return keys_.contains(key);
  }

 private:
  mutable std::mutex mutex_;
  std::size_t limit_;
  std::deque<std::string> order_;
  std::unordered_set<std::string> keys_;
};

}  // namespace kubus::gc
