#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "api/run.h"

namespace kubus::bench {

namespace asio = boost::asio;

namespace {

constexpr auto kLongestRemoval = std::chrono::minutes(2);

}  // namespace

void make_namespace(const Load& load) {
  run_clients(load.access, 1, [&](ApiClient& client) -> asio::awaitable<void> {
    const auto body = R"({"metadata":{"name":")" + load.ns + "\"}}";
    co_await client.expect(201, {.method = "POST", .target = "/api/v1/namespaces", .body = body});
  });
}

void remove_namespace(const Load& load) {
  const auto path = "/api/v1/namespaces/" + load.ns;
  run_clients(load.access, 1, [&](ApiClient& client) -> asio::awaitable<void> {
    // The collections first: without a namespace controller nobody else would remove them.
    for (const char* plural : {"configmaps", "pods"})
      co_await client.expect(200, {.method = "DELETE", .target = path_of(load, plural)});
    (void)co_await client.send({.method = "DELETE", .target = path});
    const auto begin = Clock::now();
    while ((co_await client.send({.method = "GET", .target = path})).status != 404) {
      if (Clock::now() - begin > kLongestRemoval)
        throw std::runtime_error("namespace " + load.ns + " is still there");
      asio::steady_timer pause(co_await asio::this_coro::executor, std::chrono::milliseconds(200));
      co_await pause.async_wait(asio::use_awaitable);
    }
  });
}

}  // namespace kubus::bench
