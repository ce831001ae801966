#include "kubus/http/client.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "client_link.h"

namespace kubus::http {
namespace asio = boost::asio;

namespace {

constexpr const char* kExpired = "context deadline exceeded";

}  // namespace

struct Client::Impl {
  // One request. It and all it reaches are used on the thread of `io` alone.
  struct Job {
    Job(asio::io_context& io, ClientRequest asked, Done then)
        : request(std::move(asked)), done(std::move(then)), deadline(io) {}
    ClientRequest request;
    Done done;
    ClientLinkPtr link;
    asio::steady_timer deadline;
    bool expired = false;
  };
  using JobPtr = std::shared_ptr<Job>;

  explicit Impl(std::string n) : name(std::move(n)), idle(io), work(io.get_executor()) {}

  void run() {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
    io.run();
  }

  void begin(const JobPtr& job) {
    if (stopping) return finish(job, Status(Code::kUnavailable, "the client is stopping"));
    under_way.insert(job);
    job->deadline.expires_after(job->request.timeout);
    job->deadline.async_wait([job](boost::system::error_code error) {
      if (error) return;
      job->expired = true;
      if (job->link) job->link->abort();
    });
    asio::co_spawn(io, serve(job), asio::detached);
  }

  asio::awaitable<void> serve(JobPtr job) {
    auto result = co_await exchange(*job);
    job->deadline.cancel();
    under_way.erase(job);
    if (job->expired) result = Status(Code::kTimeout, kExpired);
    if (stopping) result = Status(Code::kUnavailable, "the client is stopping");
    finish(job, std::move(result));
  }

  // A connection that was kept may have been closed by the other side meanwhile: another one is
  // tried then.
  asio::awaitable<Result<Response>> exchange(Job& job) {
    job.link = idle.take(job.request);
    const bool kept = job.link != nullptr;
    auto result = co_await attempt(job);
    if (!result.ok() && kept && !job.expired && !stopping && !job.link->answered) {
      job.link.reset();
      result = co_await attempt(job);
    }
    if (result.ok() && job.link->lasts && !stopping)
      idle.keep(job.request, std::move(job.link));
    else
      job.link.reset();
    co_return result;
  }

  asio::awaitable<Result<Response>> attempt(Job& job) {
    if (!job.link) {
      job.link = std::make_unique<ClientLink>(io);
      auto why = co_await job.link->connect(job.request);
      if (!why.empty()) co_return Status(Code::kUnavailable, std::move(why));
    }
    if (job.expired || stopping) co_return Status(Code::kTimeout, kExpired);
    co_return co_await job.link->exchange(job.request);
  }

  static void finish(const JobPtr& job, Result<Response> result) {
    std::exchange(job->done, nullptr)(std::move(result));
  }

  void stop() {
    stopping = true;
    idle.clear();
    for (const auto& job : under_way)
      if (job->link) job->link->abort();
    work.reset();
  }

  const std::string name;
  asio::io_context io{1};
  IdleLinks idle;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::set<JobPtr> under_way;
  bool stopping = false;
  std::once_flag started;
  std::thread thread;
};

Client::Client(std::string name) : impl_(std::make_unique<Impl>(std::move(name))) {}

Client::~Client() {
  if (!impl_->thread.joinable()) return;
  asio::post(impl_->io, [impl = impl_.get()] { impl->stop(); });
  impl_->thread.join();
}

void Client::send(ClientRequest request, Done done) {
  auto* impl = impl_.get();
  std::call_once(impl->started, [impl] { impl->thread = std::thread([impl] { impl->run(); }); });
  auto job = std::make_shared<Impl::Job>(impl->io, std::move(request), std::move(done));
  asio::post(impl->io, [impl, job = std::move(job)] { impl->begin(job); });
}

}  // namespace kubus::http
