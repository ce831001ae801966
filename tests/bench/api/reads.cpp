#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/run.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;

namespace {

constexpr int kListRounds = 10;
// Of a client that does not read as fast as it can; clients begin one after another within it.
constexpr auto kPause = std::chrono::milliseconds(20);

void make_pods(const Load& load) {
  std::size_t made = 0;
  const auto path = path_of(load, "pods");
  run_clients(load.access, 64, [&](ApiClient& client) -> asio::awaitable<void> {
    while (made < load.count) {
      const auto body =
          R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"pod-)" + std::to_string(made++) +
          R"(","labels":{"app":"bench"}},"spec":{"schedulerName":"nobody","containers":[)"
          R"({"name":"main","image":"example.com/app:1.0","ports":[{"containerPort":80}],)"
          R"("resources":{"requests":{"cpu":"100m","memory":"64Mi"}}}]}})";
      co_await client.expect(201, {.method = "POST", .target = path, .body = body});
    }
  });
}

}  // namespace

void bench_gets(const Load& load) {
  const auto path = path_of(load, "configmaps") + "/read-me";
  const auto body =
      R"({"metadata":{"name":"read-me"},"data":{"value":")" + std::string(1024, 'v') + "\"}}";
  std::vector<double> times;
  std::size_t made = 0;
  bool paced = false;
  std::size_t begun = 0;
  const auto read = [&](ApiClient& client) -> asio::awaitable<void> {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    auto next = Clock::now() + kPause * begun++ / load.clients;
    while (made++ < load.count) {
      if (paced) {
        pause.expires_at(next);
        next += kPause;
        co_await pause.async_wait(asio::use_awaitable);
      }
      const auto begin = Clock::now();
      co_await client.expect(200, {.method = "GET", .target = path});
      times.push_back(ms_since(begin));
    }
  };
  run_clients(load.access, 1, [&](ApiClient& client) -> asio::awaitable<void> {
    co_await client.expect(201,
                           {.method = "POST", .target = path_of(load, "configmaps"), .body = body});
    co_await read(client);
  });
  print_figure("api", "get_1k_p50", percentile(times, 0.5), "ms");
  print_figure("api", "get_1k_p99", percentile(times, 0.99), "ms");
  Clock::time_point start;
  times.clear();
  made = 0;
  run_clients(load.access, load.clients, read, [&] { start = Clock::now(); });
  const auto figure = "get_1k_" + std::to_string(load.clients) + "_clients";
  print_figure("api", figure, static_cast<double>(times.size()) / (ms_since(start) / 1000), "1/s");
  print_figure("api", figure + "_p99", percentile(times, 0.99), "ms");
  times.clear();
  made = 0;
  paced = true;
  begun = 0;
  run_clients(load.access, load.clients, read, [&] { start = Clock::now(); });
  print_figure("api", figure + "_paced",
               static_cast<double>(times.size()) / (ms_since(start) / 1000), "1/s");
  print_figure("api", figure + "_paced_p99", percentile(times, 0.99), "ms");
}

void bench_lists(const Load& load) {
  make_pods(load);
  const auto name = "list_" + std::to_string(load.count) + "_pods";
  const auto path = path_of(load, "pods");
  struct Form {
    const char* suffix;
    const char* accept;
    bool gzip;
  };
  for (const Form form :
       {Form{"_json", "application/json", false}, Form{"_json_gzip", "application/json", true},
        Form{"_protobuf", "application/vnd.kubernetes.protobuf", false}}) {
    std::vector<double> times;
    std::size_t size = 0;
    run_clients(load.access, 1, [&](ApiClient& client) -> asio::awaitable<void> {
      for (int round = 0; round < kListRounds; ++round) {
        const auto begin = Clock::now();
        const auto body = co_await client.expect(
            200, {.method = "GET", .target = path, .accept = form.accept, .gzip = form.gzip});
        times.push_back(ms_since(begin));
        size = body.size();
      }
    });
    print_figure("api", name + form.suffix + "_first", times.front(), "ms");
    print_figure("api", name + form.suffix + "_p50", percentile(times, 0.5), "ms");
    print_figure("api", name + form.suffix + "_size", static_cast<double>(size) / 1e6, "MB");
  }
}

}  // namespace kubus::bench
