// ServiceLoad: requests through a Service, one after another, while a test does something else.
//
// Thread safety: used by one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "cluster.h"

namespace kubus::integration {

struct LoadResult {
  std::uint64_t answered = 0;
  std::vector<std::string> failures;  // the first twenty, as "n: why"
  std::set<std::string> pods;         // who answered
};

class ServiceLoad {
 public:
  // Begins at once: from inside the node, at most 200 requests a second, until stop().
  ServiceLoad(const Cluster& cluster, std::string address, int port);
  ~ServiceLoad() { stop(); }
  ServiceLoad(const ServiceLoad&) = delete;
  ServiceLoad& operator=(const ServiceLoad&) = delete;

  // Answers so far, and how many pods they came from.
  std::uint64_t answered() const { return answered_; }
  std::size_t pods() const { return pods_; }
  const LoadResult& stop();

 private:
  void run();

  const std::string address_;
  const int port_;
  std::atomic<bool> stopped_{false};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::size_t> pods_{0};
  LoadResult result_;
  std::thread thread_;
};

}  // namespace kubus::integration
