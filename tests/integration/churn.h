// Churn: deployments that come, are scaled and go, over and over, while a test does something else.
//
// Thread safety: used by one thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cluster.h"
#include "kubus/client.h"

namespace kubus::integration {

class Churn {
 public:
  // Begins at once, over the bus: at most three deployments of two pods at a time,
  // "churn-<number>".
  explicit Churn(const Cluster& cluster);
  ~Churn() { stop(); }
  Churn(const Churn&) = delete;
  Churn& operator=(const Churn&) = delete;

  int deployments() const { return number_; }
  // The calls that failed, as "what: why". The last three deployments stay.
  const std::vector<std::string>& stop();
  ApiClient& client() { return *client_; }
  Context& context() { return host_->self().context(); }

 private:
  void run();
  void step(int number);
  void call(const std::string& what, ApiClient::RawRequest request);

  std::unique_ptr<Host> host_;
  std::shared_ptr<ApiClient> client_;
  std::atomic<bool> stopped_{false};
  std::atomic<int> number_{0};
  std::vector<std::string> failures_;
  std::thread thread_;
};

}  // namespace kubus::integration
