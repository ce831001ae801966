#include "api/run.h"
#include "cluster/bench.h"
#include "cluster/processes.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kWriters = 64;

}  // namespace

void bench_objects(const BenchCluster& cluster, std::size_t count) {
  const auto access = Access::from_kubeconfig(cluster.kubeconfig());
  const std::string path = "/api/v1/namespaces/default/configmaps";
  std::size_t made = 0, bytes = 0;
  const auto before = use_of(cluster.netns());
  run_clients(access, kWriters, [&](ApiClient& client) -> asio::awaitable<void> {
    while (made < count) {
      const auto body = R"({"metadata":{"name":"stored-)" + std::to_string(made++) +
                        R"("},"data":{"value":")" + std::string(700, 'v') + "\"}}";
      const auto reply =
          co_await client.expect(201, {.method = "POST", .target = path, .body = body});
      bytes += reply.size();
    }
  });
  const auto after = use_of(cluster.netns());
  const auto objects = static_cast<double>(made);
  print_figure("cluster", "object_size", static_cast<double>(bytes) / objects, "B");
  print_figure("cluster", "memory_per_object", (after.pss_kb - before.pss_kb) * 1024 / objects,
               "B");
}

}  // namespace kubus::bench
