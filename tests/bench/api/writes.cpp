#include <functional>
#include <stdexcept>

#include "api/run.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;

namespace {

constexpr auto kLongestCount = std::chrono::seconds(10);

// `body(n)` is the n-th object, from 0.
void create_all(const Load& load, const std::string& path, const std::string& name,
                const std::function<std::string(std::size_t)>& body) {
  std::size_t made = 0;
  std::vector<double> times;
  times.reserve(load.count);
  Clock::time_point start;
  run_clients(
      load.access, load.clients,
      [&](ApiClient& client) -> asio::awaitable<void> {
        while (made < load.count) {
          const auto text = body(made++);
          const auto begin = Clock::now();
          co_await client.expect(201, {.method = "POST", .target = path, .body = text});
          times.push_back(ms_since(begin));
        }
      },
      [&] { start = Clock::now(); });
  const auto rate = static_cast<double>(times.size()) / (ms_since(start) / 1000);
  const auto figure = name + "_" + std::to_string(load.clients) + "_clients";
  print_figure("api", figure, rate, "1/s");
  print_figure("api", figure + "_p50", percentile(times, 0.5), "ms");
  print_figure("api", figure + "_p99", percentile(times, 0.99), "ms");
}

void make_quota(const Load& load) {
  const auto path = path_of(load, "resourcequotas");
  run_clients(load.access, 1, [&](ApiClient& client) -> asio::awaitable<void> {
    const std::string body =
        R"({"metadata":{"name":"wide"},"spec":{"hard":{"pods":"1000000","requests.cpu":"1M"}}})";
    co_await client.expect(201, {.method = "POST", .target = path, .body = body});
    // Charged from the first count on.
    const auto begin = Clock::now();
    while (Clock::now() - begin < kLongestCount) {
      const auto reply = co_await client.send({.method = "GET", .target = path + "/wide"});
      if (reply.body.find("\"used\":{\"") != std::string::npos) co_return;
    }
    throw std::runtime_error("nobody counts the quota");
  });
}

}  // namespace

void bench_creates(const Load& load) {
  const std::string value(1024, 'v');
  create_all(load, path_of(load, "configmaps"), "create_1k", [&](std::size_t number) {
    return R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"item-)" +
           std::to_string(load.clients) + "-" + std::to_string(number) + R"("},"data":{"value":")" +
           value + "\"}}";
  });
}

void bench_pods(const Load& load) {
  const auto pods = [](const std::string& prefix) {
    return [prefix](std::size_t number) {
      return R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + prefix +
             std::to_string(number) +
             R"("},"spec":{"schedulerName":"nobody","containers":[{"name":"main",)"
             R"("image":"example.com/app:1.0","resources":{"requests":{"cpu":"100m"}}}]}})";
    };
  };
  const auto path = path_of(load, "pods");
  create_all(load, path, "create_pod", pods("free-"));
  make_quota(load);
  create_all(load, path, "create_pod_charged", pods("charged-"));
}

}  // namespace kubus::bench
