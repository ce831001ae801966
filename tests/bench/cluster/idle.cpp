#include <thread>

#include "cluster/bench.h"
#include "cluster/processes.h"
#include "figure.h"

namespace kubus::bench {

void bench_idle(const BenchCluster& cluster, std::chrono::seconds time) {
  const auto before = use_of(cluster.netns());
  std::this_thread::sleep_for(time);
  const auto after = use_of(cluster.netns());
  print_figure("cluster", "idle_pss", after.pss_kb / 1024, "MiB");
  print_figure("cluster", "idle_processes", static_cast<double>(after.processes), "");
  print_figure("cluster", "idle_cpu",
               100 * (after.cpu_seconds - before.cpu_seconds) / static_cast<double>(time.count()),
               "% of a core");
}

}  // namespace kubus::bench
