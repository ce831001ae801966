// The events that watches of one resource are sent: how many, and how large.
//
// Thread safety: a value; sent() from any thread.
#pragma once

#include <cstddef>

#include "kubus/api/resource.h"
#include "kubus/metrics.h"

namespace kubus::apiserver {

class WatchSeries {
 public:
  static WatchSeries of(const ResourceInfo& resource);
  // `size`: of the object in bytes.
  void sent(std::size_t size) const {
    total_->add();
    sizes_->observe(static_cast<double>(size));
  }

 private:
  metrics::Counter* total_ = nullptr;
  metrics::Histogram* sizes_ = nullptr;
};

}  // namespace kubus::apiserver
