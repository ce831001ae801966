// Backoff: how long to wait before the next restart of something that keeps failing.
//
// Thread safety: none; a value.
#pragma once

#include <algorithm>
#include <chrono>

namespace kubus::kernel {

struct BackoffLimits {
  std::chrono::nanoseconds initial = std::chrono::milliseconds(200);
  std::chrono::nanoseconds max = std::chrono::seconds(30);
  // Having run this long counts as recovered.
  std::chrono::nanoseconds reset_after = std::chrono::seconds(60);
};

class Backoff {
 public:
  // The wait before the next attempt, after one that was ready for `ran` (zero: never). It doubles
  // with each call, up to the limit.
  std::chrono::nanoseconds next(const BackoffLimits& limits, std::chrono::nanoseconds ran) {
    if (ran >= limits.reset_after) failures_ = 0;
    auto wait = limits.initial;
    for (int i = 0; i < failures_ && wait < limits.max; ++i) wait *= 2;
    ++failures_;
    return std::min(wait, limits.max);
  }
  void reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

}  // namespace kubus::kernel
