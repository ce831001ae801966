// What is remarked on a request for the audit log.
//
// Thread safety: all members from any thread; the deletions of a collection share those of their
// request.
#pragma once

#include <map>
#include <mutex>
#include <string>

namespace kubus::apiserver::audit {

class Annotations {
 public:
  // In place of what stands there.
  void set(const std::string& name, std::string text) {
    const std::lock_guard lock(mutex_);
    all_[name] = std::move(text);
  }
  // Unless something stands there.
  void add(std::string name, std::string text) {
    const std::lock_guard lock(mutex_);
    all_.emplace(std::move(name), std::move(text));
  }
  std::map<std::string, std::string> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> all_;
};

}  // namespace kubus::apiserver::audit
