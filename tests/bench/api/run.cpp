#include "api/run.h"

#include <deque>

namespace kubus::bench {

namespace asio = boost::asio;

namespace {

// Runs what was spawned; throws the first failure, leaving the rest where they are.
template <class Start>
void run_all(asio::io_context& io, std::deque<ApiClient>& clients, const Start& start) {
  std::exception_ptr failure;
  for (auto& client : clients)
    asio::co_spawn(io, start(client), [&](std::exception_ptr error) {
      if (!error) return;
      if (!failure) failure = error;
      io.stop();
    });
  io.run();
  io.restart();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void run_one(asio::io_context& io, const std::function<asio::awaitable<void>()>& work) {
  std::exception_ptr failure;
  asio::co_spawn(io, work, [&](std::exception_ptr error) {
    failure = error;
    io.stop();
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

void run_clients(const Access& access, std::size_t count,
                 const std::function<asio::awaitable<void>(ApiClient&)>& work,
                 const std::function<void()>& connected) {
  asio::io_context io(1);
  std::deque<ApiClient> clients;
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(io, access);
  run_all(io, clients, [](ApiClient& client) { return client.connect(); });
  connected();
  run_all(io, clients, work);
}

}  // namespace kubus::bench
