#include "kubus/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "connection.h"

namespace kubus::http {
namespace asio = boost::asio;
using asio::ip::tcp;

struct Server::Impl {
  struct Worker {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    std::thread thread;
  };

  ServerOptions options;
  Handler& handler;
  std::vector<std::unique_ptr<Worker>> workers;
  std::optional<tcp::acceptor> acceptor;
  std::uint16_t port = 0;
  std::size_t next = 0;
  bool stopped = false;

  std::mutex mutex;
  std::condition_variable none_left;
  std::shared_ptr<ServerTls> tls;
  std::vector<std::weak_ptr<Connection>> connections;
  std::minstd_rand random;
  std::size_t alive = 0;
  std::atomic<std::size_t> next_post{0};
  std::shared_ptr<BodyBudget> bodies;

  Impl(ServerOptions o, Handler& h)
      : options(std::move(o)),
        handler(h),
        bodies(std::make_shared<BodyBudget>(options.limits.all_bodies_bytes)) {}

  void accept() {
    auto& io = workers[next++ % workers.size()]->io;
    acceptor->async_accept(io, [this](boost::system::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !acceptor->is_open()) return;
      if (!error) take(std::move(socket));
      accept_again(error);
    });
  }

  // Out of descriptors: waiting for one beats spinning on the same error.
  void accept_again(boost::system::error_code error) {
    if (!error) return accept();
    auto timer =
        std::make_shared<asio::steady_timer>(workers[0]->io, std::chrono::milliseconds(50));
    timer->async_wait([this, timer](boost::system::error_code stopping) {
      if (!stopping && acceptor->is_open()) accept();
    });
  }

  void take(tcp::socket socket) {
    // It may have ended by the time this returns, and its end takes the mutex.
    std::shared_ptr<Connection> connection;
    std::vector<std::shared_ptr<Connection>> looked_at;  // likewise
    std::lock_guard lock(mutex);
    if (alive >= options.limits.connections && !make_room(looked_at)) return;
    ++alive;
    connection = std::make_shared<Connection>(std::move(socket), tls, handler, options.limits,
                                              bodies, [this] { gone(); });
    if (connections.size() >= 64 && connections.size() >= 2 * alive)
      std::erase_if(connections, [](const auto& weak) { return weak.expired(); });
    connections.push_back(connection);
    connection->start();
  }

  // Ends the connection that has been idle for longest among a few, so that a crowd of those who ask
  // for nothing keeps nobody out; false when there is none, or when too many still have to go.
  bool make_room(std::vector<std::shared_ptr<Connection>>& looked_at) {
    constexpr int kLooks = 32;
    constexpr std::size_t kGoing = 256;
    if (alive >= options.limits.connections + kGoing) return false;
    std::shared_ptr<Connection> longest;
    auto since = Connection::Clock::time_point::max();
    for (int look = 0; look < kLooks && !connections.empty(); ++look) {
      const auto one = looked_at.emplace_back(connections[random() % connections.size()].lock());
      if (!one || one->idle_since() >= since) continue;
      since = one->idle_since();
      longest = one;
    }
    if (longest) longest->abort();
    return longest != nullptr;
  }

  // Without a grace the threads may have ended before what closes the sockets had run: a client would
  // wait for answers that nobody writes.
  void run_what_is_left() {
    constexpr int kMost = 10'000;  // of handlers, should one of them go on for ever
    for (auto& worker : workers) {
      worker->io.restart();
      for (int i = 0; i < kMost && worker->io.poll_one() > 0; ++i) {
      }
      worker->io.stop();
    }
  }

  void gone() {
    std::lock_guard lock(mutex);
    if (--alive == 0) none_left.notify_all();
  }
};

Server::Server(ServerOptions options, std::shared_ptr<ServerTls> tls, Handler& handler)
    : impl_(std::make_unique<Impl>(std::move(options), handler)) {
  impl_->tls = std::move(tls);
  for (unsigned i = 0; i < std::max(1U, impl_->options.threads); ++i)
    impl_->workers.push_back(std::make_unique<Impl::Worker>());
}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

Status Server::start() {
  try {
    const tcp::endpoint endpoint(asio::ip::make_address(impl_->options.address),
                                 impl_->options.port);
    impl_->acceptor.emplace(impl_->workers[0]->io);
    impl_->acceptor->open(endpoint.protocol());
    impl_->acceptor->set_option(tcp::acceptor::reuse_address(true));
    impl_->acceptor->bind(endpoint);
    impl_->acceptor->listen(1024);
    impl_->port = impl_->acceptor->local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    const bool taken = error.code() == asio::error::address_in_use;
    return Status(taken ? Code::kConflict : Code::kServiceUnavailable,
                  "listen on " + impl_->options.address + ":" +
                      std::to_string(impl_->options.port) + ": " + error.code().message());
  }
  impl_->accept();
  for (std::size_t i = 0; i < impl_->workers.size(); ++i) {
    auto* worker = impl_->workers[i].get();
    worker->thread = std::thread([worker, i] {
      pthread_setname_np(pthread_self(), ("https-io" + std::to_string(i)).c_str());
      worker->io.run();
    });
  }
  return {};
}

std::uint16_t Server::port() const { return impl_->port; }

void Server::set_tls(std::shared_ptr<ServerTls> tls) {
  std::lock_guard lock(impl_->mutex);
  impl_->tls = std::move(tls);
}

bool Server::post(Task task) {
  auto& worker = *impl_->workers[impl_->next_post++ % impl_->workers.size()];
  if (worker.io.stopped()) return false;
  asio::post(worker.io, [task = std::make_shared<Task>(std::move(task))] { (*task)(); });
  return true;
}

void Server::stop(std::chrono::milliseconds grace) {
  if (std::exchange(impl_->stopped, true)) return;
  asio::post(impl_->workers[0]->io, [impl = impl_.get()] {
    boost::system::error_code ignored;
    if (impl->acceptor) impl->acceptor->close(ignored);
  });
  {
    std::unique_lock lock(impl_->mutex);
    auto connections = impl_->connections;
    lock.unlock();
    for (const auto& weak : connections)
      if (auto connection = weak.lock()) connection->shutdown();
    connections.clear();
    lock.lock();
    impl_->none_left.wait_for(lock, grace, [this] { return impl_->alive == 0; });
  }
  for (auto& worker : impl_->workers) worker->io.stop();
  for (auto& worker : impl_->workers)
    if (worker->thread.joinable()) worker->thread.join();
  impl_->run_what_is_left();
}

}  // namespace kubus::http
