// Counts as one in a gauge as long as it lives.
//
// Thread safety: belongs to whoever is counted.
#pragma once

#include <utility>

#include "kubus/metrics.h"

namespace kubus::apiserver {

class Counted {
 public:
  Counted() = default;
  explicit Counted(metrics::Gauge& gauge) : gauge_(&gauge) { gauge.add(1); }
  Counted(Counted&& other) noexcept : gauge_(std::exchange(other.gauge_, nullptr)) {}
  Counted& operator=(Counted&& other) noexcept {
    if (gauge_) gauge_->add(-1);
    gauge_ = std::exchange(other.gauge_, nullptr);
    return *this;
  }
  ~Counted() {
    if (gauge_) gauge_->add(-1);
  }

 private:
  metrics::Gauge* gauge_ = nullptr;
};

}  // namespace kubus::apiserver
