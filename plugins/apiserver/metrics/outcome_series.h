// How often something ended in one way, and how long that took.
//
// Thread safety: add() from any thread.
#pragma once

#include <chrono>

#include "kubus/metrics.h"

namespace kubus::apiserver {

class OutcomeSeries {
 public:
  struct Family {
    const char* name;
    const char* help;
  };
  // `result`: the label of both.
  OutcomeSeries(const Family& attempts, const Family& seconds, const char* result)
      : attempts_(metrics::counter(attempts.name, attempts.help, {{"result", result}})),
        seconds_(metrics::histogram(seconds.name, seconds.help, bounds(), {{"result", result}})) {}

  void add(std::chrono::duration<double> took) const {
    attempts_.add();
    seconds_.observe(took.count());
  }

 private:
  static std::vector<double> bounds() {
    std::vector<double> bounds = {0.001};
    while (bounds.size() < 15) bounds.push_back(2 * bounds.back());
    return bounds;
  }

  metrics::Counter& attempts_;
  metrics::Histogram& seconds_;
};

}  // namespace kubus::apiserver
