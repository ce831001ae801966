// ProbeMetrics: counts what probes have shown, as /metrics/probes tells.
//
// Thread safety: all members from any thread.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "../pod_model.h"
#include "kubus/metrics.h"

namespace kubus::kubelet {

class ProbeMetrics {
 public:
  // A probe of `container` that came to a result. `type`: "Liveness", "Readiness", "Startup".
  void count(const core_v1::Pod& pod, const std::string& container, const std::string& type,
             bool success, double seconds);
  // The pod is gone, and its series with it.
  void forget(const std::string& pod_uid);
  // In Prometheus' text format, under the reference's names.
  std::string text() const;

 private:
  static constexpr std::array kBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                         0.5,   1.0,  2.5,   5.0,  10.0};
  struct Series {
    metrics::Labels labels;
    std::string pod_uid;
    std::uint64_t successes = 0;
    std::uint64_t failures = 0;
    // How long those that succeeded took; the last is above all bounds.
    std::array<std::uint64_t, kBounds.size() + 1> buckets{};
    double seconds = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::array<std::string, 3>, Series> series_;  // by pod, container and type
};

}  // namespace kubus::kubelet
