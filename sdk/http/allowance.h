// How often something may happen that a well-behaved client does seldom: `burst` times at once, and
// `rate` times a second in the long run.
//
// Thread safety: one thread.
#pragma once

#include <algorithm>
#include <chrono>

namespace kubus::http {

class Allowance {
 public:
  using Clock = std::chrono::steady_clock;
  Allowance(double burst, double rate) : burst_(burst), rate_(rate), left_(burst) {}

  // False when it is used up.
  bool take(Clock::time_point now) {
    const std::chrono::duration<double> passed = now - last_;
    last_ = now;
    left_ = std::min(burst_, left_ + passed.count() * rate_);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  const double burst_, rate_;
  double left_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace kubus::http
