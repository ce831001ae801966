// How many seats a priority level wanted over a time: average, deviation and most.
//
// Thread safety: none of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

namespace kubus::apiserver::fairness {

using Clock = std::chrono::steady_clock;

inline double in_seconds(Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

struct Demand {
  double average = 0;
  double deviation = 0;
  double most = 0;
};

class DemandMeter {
 public:
  explicit DemandMeter(Clock::time_point now) : since_(now), last_(now) {}
  void set(double seats, Clock::time_point now) {
    pass(now);
    seats_ = seats;
    most_ = std::max(most_, seats);
  }
  // What it was since the last call.
  Demand take(Clock::time_point now) {
    pass(now);
    Demand demand{seats_, 0, most_};
    const double time = in_seconds(now - since_);
    if (time > 0) {
      demand.average = sum_ / time;
      const double variance = squares_ / time - demand.average * demand.average;
      demand.deviation = std::sqrt(std::max(variance, 0.0));
    }
    since_ = now;
    sum_ = squares_ = 0;
    most_ = seats_;
    return demand;
  }

 private:
  void pass(Clock::time_point now) {
    const double time = in_seconds(now - last_);
    last_ = now;
    sum_ += seats_ * time;
    squares_ += seats_ * seats_ * time;
  }

  Clock::time_point since_, last_;
  double seats_ = 0, most_ = 0, sum_ = 0, squares_ = 0;
};

}  // namespace kubus::apiserver::fairness
