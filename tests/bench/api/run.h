// Runs coroutines of a load program to their end.
//
// Thread safety: free functions; each call has an io_context of its own.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>

#include "api/api_client.h"
#include "api/load.h"

namespace kubus::bench {

using Clock = std::chrono::steady_clock;

inline double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Runs `work(client)` for each of `clients` connections at once, all on this thread; `connected`
// runs once all of them are open and before any work. The first exception is thrown on.
void run_clients(
    const Access& access, std::size_t clients,
    const std::function<boost::asio::awaitable<void>(ApiClient&)>& work,
    const std::function<void()>& connected = [] {});

// Runs `work` alone on `io` to its end; its exception is thrown on.
void run_one(boost::asio::io_context& io,
             const std::function<boost::asio::awaitable<void>()>& work);

// The path of a namespaced core resource.
inline std::string path_of(const Load& load, std::string_view plural) {
  return "/api/v1/namespaces/" + load.ns + "/" + std::string(plural);
}

}  // namespace kubus::bench
