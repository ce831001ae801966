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

// In the words of the reference.
Status expired() { return Status(Code::kTimeout, "context deadline exceeded"); }
Status cancelled() { return Status(Code::kCancelled, "context canceled"); }

}  // namespace

struct Client::Impl : std::enable_shared_from_this<Impl> {
  // One request. It and all it reaches are used on the thread of `io` alone.
  struct Job {
    Job(asio::io_context& io, ClientRequest asked, Done then)
        : request(std::move(asked)), done(std::move(then)), deadline(io) {}
    void give_up(Status reason) {
      why = std::move(reason);
      if (link) link->abort();
    }

    ClientRequest request;
    Done done;
    ClientLinkPtr link;
    asio::steady_timer deadline;
    Registration leaving;
    Status why;  // it was given up; OK: it was not
  };
  using JobPtr = std::shared_ptr<Job>;

  explicit Impl(std::string n) : name(std::move(n)), idle(io), work(io.get_executor()) {}

  void run() {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
    io.run();
  }

  void begin(const JobPtr& job) {
    if (stopping) return finish(job, Status(Code::kUnavailable, "the client is stopping"));
    if (has_left(job->request.asker)) return finish(job, cancelled());
    under_way.insert(job);
    job->deadline.expires_after(job->request.timeout);
    job->deadline.async_wait([job](boost::system::error_code error) {
      if (!error) job->give_up(expired());
    });
    if (job->request.asker) watch(job);
    asio::co_spawn(io, serve(job), asio::detached);
  }

  void watch(const JobPtr& job) {
    job->leaving = job->request.asker->on_leave(
        [weak_this = weak_from_this(), weak_job = std::weak_ptr(job)] {
          if (const auto self = weak_this.lock())
            asio::post(self->io, [weak_job] {
              if (const auto left = weak_job.lock()) left->give_up(cancelled());
            });
        });
  }

  asio::awaitable<void> serve(JobPtr job) {
    auto result = co_await exchange(*job);
    job->deadline.cancel();
    job->leaving.reset();
    under_way.erase(job);
    if (!job->why.ok()) result = job->why;
    if (stopping) result = Status(Code::kUnavailable, "the client is stopping");
    finish(job, std::move(result));
  }

  // A connection that was kept may have been closed by the other side meanwhile: another one is
  // tried then.
  asio::awaitable<Result<Response>> exchange(Job& job) {
    job.link = idle.take(job.request);
    const bool kept = job.link != nullptr;
    auto result = co_await attempt(job);
    if (!result.ok() && kept && job.why.ok() && !stopping && !job.link->answered) {
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
    if (!job.why.ok() || stopping) co_return expired();
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

Client::Client(std::string name) : impl_(std::make_shared<Impl>(std::move(name))) {}

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
