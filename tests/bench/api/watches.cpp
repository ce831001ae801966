#include <boost/asio/experimental/awaitable_operators.hpp>

#include "api/run.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

asio::awaitable<void> see(ApiClient& watcher, const std::string& name) {
  const auto wanted = '"' + name + '"';
  std::string line;
  do {
    line = co_await watcher.next_line();
  } while (line.find(wanted) == std::string::npos);
}

}  // namespace

void bench_watch(const Load& load) {
  const auto path = path_of(load, "configmaps");
  std::vector<double> times;
  asio::io_context io(1);
  ApiClient watcher(io, load.access), writer(io, load.access);
  // The event and the answer take different ways, so both are awaited at once.
  const auto write = [&](const std::string& name) -> asio::awaitable<void> {
    const auto body = R"({"metadata":{"name":")" + name + R"(","labels":{"bench":"watch"}},)" +
                      R"("data":{"value":")" + std::string(1024, 'v') + "\"}}";
    co_await writer.expect(201, {.method = "POST", .target = path, .body = body});
  };
  const auto time_event = [&](const std::string& name) -> asio::awaitable<void> {
    const auto begin = Clock::now();
    co_await see(watcher, name);
    times.push_back(ms_since(begin));
  };
  run_one(io, [&]() -> asio::awaitable<void> {
    co_await writer.connect();
    co_await watcher.connect();
    co_await watcher.watch(path + "?watch=1&labelSelector=bench%3Dwatch");
    for (std::size_t i = 0; i < load.count; ++i) {
      const auto name = "watched-" + std::to_string(i);
      co_await (time_event(name) && write(name));
    }
  });
  print_figure("api", "create_to_watch_event_p50", percentile(times, 0.5), "ms");
  print_figure("api", "create_to_watch_event_p99", percentile(times, 0.99), "ms");
}

}  // namespace kubus::bench
