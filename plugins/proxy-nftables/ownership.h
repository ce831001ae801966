// Ownership: which instance of the plugin writes the rules. While one generation takes over from
// another both run, and the older one must not undo what the newer one did.
//
// Thread safety: all members from any thread; instances in several processes may share a file.
#pragma once

#include <mutex>
#include <string>

#include "kubus/status.h"

namespace kubus::proxy_nftables {

class Ownership {
 public:
  // `path` is a file that all instances share; it need not exist.
  explicit Ownership(std::string path);
  ~Ownership();
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

  // Nobody else has a turn while one lasts; the constructor waits.
  class Turn {
   public:
    explicit Turn(Ownership& owner);
    ~Turn();
    // True until another instance claims the rules after this one did.
    bool ours() const { return ours_; }
    // From now on the rules are this instance's.
    Status claim();

   private:
    Ownership& owner_;
    std::lock_guard<std::mutex> lock_;
    bool ours_ = true;
  };

 private:
  std::string read() const;

  std::mutex mutex_;
  std::string token_;  // unlike that of any other instance
  bool claimed_ = false;
  int fd_ = -1;
};

}  // namespace kubus::proxy_nftables
