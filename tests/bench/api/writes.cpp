#include "api/run.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;

void bench_creates(const Load& load) {
  const std::string value(1024, 'v');
  std::size_t made = 0;
  std::vector<double> times;
  times.reserve(load.count);
  Clock::time_point start;
  const auto path = path_of(load, "configmaps");
  run_clients(
      load.access, load.clients,
      [&](ApiClient& client) -> asio::awaitable<void> {
        while (made < load.count) {
          const auto body = R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"item-)" +
                            std::to_string(load.clients) + "-" + std::to_string(made++) +
                            R"("},"data":{"value":")" + value + "\"}}";
          const auto begin = Clock::now();
          co_await client.expect(201, {.method = "POST", .target = path, .body = body});
          times.push_back(ms_since(begin));
        }
      },
      [&] { start = Clock::now(); });
  const auto rate = static_cast<double>(times.size()) / (ms_since(start) / 1000);
  const auto name = "create_1k_" + std::to_string(load.clients) + "_clients";
  print_figure("api", name, rate, "1/s");
  print_figure("api", name + "_p50", percentile(times, 0.5), "ms");
  print_figure("api", name + "_p99", percentile(times, 0.99), "ms");
}

}  // namespace kubus::bench
