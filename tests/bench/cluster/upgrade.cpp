#include <stdexcept>

#include "api/run.h"
#include "cluster/bench.h"
#include "figure.h"
#include "kubus/host.h"
#include "kubus/kernel_verbs.h"

namespace kubus::bench {

void bench_upgrade(const BenchCluster& cluster, std::size_t times) {
  auto host =
      Host::open({.run_dir = cluster.run_dir(), .role = HostRole::kClient, .id = "cluster-bench"});
  if (!host.ok()) throw std::runtime_error(host.status().message());
  auto& bus = (*host)->self().context().bus();
  kernel::PluginRequest request;
  request.set_name("controller-deployment");
  std::vector<double> taken;
  for (std::size_t i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    auto reply = rpc::call_wait(bus, kernel::verbs::kUpgrade, request, {});
    if (!reply.ok()) throw std::runtime_error(reply.status().message());
    taken.push_back(ms_since(begin));
  }
  print_figure("cluster", "controller_upgrade_p50", percentile(taken, 0.5), "ms");
  print_figure("cluster", "controller_upgrade_p99", percentile(taken, 0.99), "ms");
}

}  // namespace kubus::bench
