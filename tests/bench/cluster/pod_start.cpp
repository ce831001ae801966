#include <boost/asio/experimental/awaitable_operators.hpp>

#include "api/run.h"
#include "cluster/bench.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr const char* kPods = "/api/v1/namespaces/default/pods";

std::string pod(const std::string& name) {
  return R"({"metadata":{"name":")" + name +
         R"("},"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"web",)"
         R"("image":"demo:1.0","imagePullPolicy":"Never"}]}})";
}

asio::awaitable<void> see(ApiClient& watcher, const std::string& name, const std::string& what) {
  const auto wanted = R"("name":")" + name + '"';
  std::string line;
  do {
    line = co_await watcher.next_line();
  } while (line.find(wanted) == std::string::npos || line.find(what) == std::string::npos);
}

}  // namespace

void bench_pod_start(const BenchCluster& cluster, std::size_t pods) {
  const auto access = Access::from_kubeconfig(cluster.kubeconfig());
  asio::io_context io(1);
  ApiClient watcher(io, access), writer(io, access);
  std::vector<double> times;
  const auto create = [&](const std::string& name) -> asio::awaitable<void> {
    const auto body = pod(name);
    co_await writer.expect(201, {.method = "POST", .target = kPods, .body = body});
  };
  const auto remove = [&](const std::string& name) -> asio::awaitable<void> {
    const auto target = std::string(kPods) + "/" + name;
    co_await writer.expect(200, {.method = "DELETE", .target = target});
  };
  run_one(io, [&]() -> asio::awaitable<void> {
    co_await writer.connect();
    co_await watcher.connect();
    co_await watcher.watch(std::string(kPods) + "?watch=1");
    for (std::size_t i = 0; i < pods; ++i) {
      const auto name = "started-" + std::to_string(i);
      const auto begin = Clock::now();
      co_await (see(watcher, name, R"("phase":"Running")") && create(name));
      times.push_back(ms_since(begin));
      co_await (see(watcher, name, R"("type":"DELETED")") && remove(name));
    }
  });
  print_figure("cluster", "pod_create_to_running_p50", percentile(times, 0.5), "ms");
  print_figure("cluster", "pod_create_to_running_p99", percentile(times, 0.99), "ms");
}

}  // namespace kubus::bench
