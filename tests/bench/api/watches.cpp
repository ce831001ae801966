#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

#include "api/run.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

std::string watched(const std::string& name) {
  return R"({"metadata":{"name":")" + name + R"(","labels":{"bench":"watch"}},)" +
         R"("data":{"value":")" + std::string(1024, 'v') + "\"}}";
}

// When the object was sent that is being written, and how many have not seen it yet.
struct Round {
  Clock::time_point begin;
  std::size_t missing = 0;
};

}  // namespace

void bench_watch(const Load& load) {
  const auto path = path_of(load, "configmaps");
  std::vector<double> times;
  asio::io_context io(1);
  ApiClient watcher(io, load.access), writer(io, load.access);
  // The event and the answer take different ways, so both are awaited at once.
  const auto write = [&](const std::string& name) -> asio::awaitable<void> {
    const auto body = watched(name);
    co_await writer.expect(201, {.method = "POST", .target = path, .body = body});
  };
  const auto time_event = [&](const std::string& name) -> asio::awaitable<void> {
    const auto begin = Clock::now();
    co_await watcher.await_text('"' + name + '"');
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

void bench_watchers(const Load& load) {
  const auto path = path_of(load, "configmaps");
  std::vector<double> times;
  Round round;
  asio::io_context io(1);
  asio::steady_timer all_saw_it(io);
  ApiClient writer(io, load.access);
  std::deque<ApiClient> watchers;
  const auto watch = [&](ApiClient& watcher) -> asio::awaitable<void> {
    for (std::size_t i = 0; i < load.count; ++i) {
      co_await watcher.await_text("\"watched-" + std::to_string(i) + '"');
      times.push_back(ms_since(round.begin));
      if (--round.missing == 0) all_saw_it.cancel();
    }
  };
  const auto failed = [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  };
  run_one(io, [&]() -> asio::awaitable<void> {
    co_await writer.connect();
    for (std::size_t i = 0; i < load.clients; ++i) {
      auto& watcher = watchers.emplace_back(io, load.access);
      co_await watcher.connect();
      co_await watcher.watch(path + "?watch=1&labelSelector=bench%3Dwatch");
      asio::co_spawn(io, watch(watcher), failed);
    }
    for (std::size_t i = 0; i < load.count; ++i) {
      const auto body = watched("watched-" + std::to_string(i));
      all_saw_it.expires_at(asio::steady_timer::time_point::max());
      round.missing = load.clients;
      round.begin = Clock::now();
      co_await writer.expect(201, {.method = "POST", .target = path, .body = body});
      boost::system::error_code ignored;
      if (round.missing)
        co_await all_saw_it.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  });
  const auto figure = "create_to_event_at_" + std::to_string(load.clients) + "_watchers";
  print_figure("api", figure + "_p50", percentile(times, 0.5), "ms");
  print_figure("api", figure + "_p99", percentile(times, 0.99), "ms");
}

}  // namespace kubus::bench
