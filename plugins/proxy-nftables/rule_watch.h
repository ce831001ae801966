// RuleWatch: hears from the kernel when somebody removes tables (a firewall that is reloaded often
// flushes all rules of the machine, ours too).
//
// Thread safety: none; for one loop. It hears of the network namespace it was opened in.
#pragma once

#include <utility>

#include "kubus/status.h"

namespace kubus::proxy_nftables {

class RuleWatch {
 public:
  static Result<RuleWatch> open();
  RuleWatch(RuleWatch&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RuleWatch& operator=(RuleWatch&&) = delete;
  ~RuleWatch();

  int fd() const { return fd_; }
  // Reads what is there, without waiting. True when a table was removed since the last call, or
  // when that cannot be excluded.
  bool table_removed();

 private:
  explicit RuleWatch(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace kubus::proxy_nftables
