#include "service_load.h"

#include <chrono>

#include "http_get.h"

namespace kubus::integration {
namespace {

constexpr std::chrono::milliseconds kPace{5};
constexpr std::size_t kKeptFailures = 20;

}  // namespace

ServiceLoad::ServiceLoad(const Cluster& cluster, std::string address, int port)
    : address_(std::move(address)),
      port_(port),
      thread_([this, &cluster] { cluster.in_network([this] { run(); }); }) {}

const LoadResult& ServiceLoad::stop() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
  return result_;
}

void ServiceLoad::run() {
  auto next = std::chrono::steady_clock::now();
  for (std::uint64_t number = 1; !stopped_; ++number) {
    const auto answer = http_get(address_, port_);
    if (answer.status == 200) {
      ++result_.answered;
      ++answered_;
      result_.pods.insert(answer.body.substr(0, answer.body.find('\n')));
      pods_ = result_.pods.size();
    } else if (result_.failures.size() < kKeptFailures) {
      result_.failures.push_back(std::to_string(number) + ": " + std::to_string(answer.status) +
                                 " " + answer.body);
    }
    next = std::max(next + kPace, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);
  }
}

}  // namespace kubus::integration
