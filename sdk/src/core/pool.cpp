#include "kubus/pool.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "core/callback.h"

namespace kubus {
namespace {

constexpr std::chrono::seconds kIdleLife{5};

void run_guarded(Task& task, const std::string& where) {
  try {
    task();
  } catch (...) {
    core::report_exception(where);
  }
  task = Task();
}

}  // namespace

struct Pool::Impl {
  struct Worker {
    std::thread thread;
    bool left = false;
  };

  Impl(std::string name_in, std::size_t limit_in)
      : name(std::move(name_in)), limit(std::max<std::size_t>(limit_in, 1)) {}

  void work(Worker& self);
  // Threads that have left, to be joined outside the lock.
  std::list<Worker> take_left();
  static void join(std::list<Worker>& workers);

  const std::string name;
  const std::size_t limit;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Task> tasks;
  std::list<Worker> workers;
  std::size_t idle = 0;
  std::size_t alive = 0;
  bool stopped = false;
};

void Pool::Impl::work(Worker& self) {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::unique_lock lock(mutex);
  while (!stopped) {
    if (tasks.empty()) {
      ++idle;
      const bool called = wake.wait_for(lock, kIdleLife, [&] { return stopped || !tasks.empty(); });
      --idle;
      if (!called) break;
      continue;
    }
    Task task = std::move(tasks.front());
    tasks.pop_front();
    lock.unlock();
    run_guarded(task, name);
    lock.lock();
  }
  --alive;
  self.left = true;
}

std::list<Pool::Impl::Worker> Pool::Impl::take_left() {
  std::list<Worker> left;
  for (auto it = workers.begin(); it != workers.end();) {
    const auto next = std::next(it);
    if (it->left) left.splice(left.end(), workers, it);
    it = next;
  }
  return left;
}

void Pool::Impl::join(std::list<Worker>& left) {
  for (Worker& worker : left) {
    if (worker.thread.get_id() == std::this_thread::get_id())
      worker.thread.detach();
    else
      worker.thread.join();
  }
}

Pool::Pool(std::string name, std::size_t threads)
    : impl_(std::make_unique<Impl>(std::move(name), threads)) {}

Pool::~Pool() { stop(); }

std::size_t Pool::limit() const { return impl_->limit; }

std::size_t Pool::threads() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->alive;
}

bool Pool::post(Task task) {
  std::list<Impl::Worker> left;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopped) return false;
    impl_->tasks.push_back(std::move(task));
    left = impl_->take_left();
    if (impl_->tasks.size() > impl_->idle && impl_->alive < impl_->limit) {
      Impl::Worker& worker = impl_->workers.emplace_back();
      ++impl_->alive;
      worker.thread = std::thread([impl = impl_.get(), &worker] { impl->work(worker); });
    } else {
      impl_->wake.notify_one();
    }
  }
  Impl::join(left);
  return true;
}

void Pool::stop() {
  std::list<Impl::Worker> workers;
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
    workers.swap(impl_->workers);
    dropped.swap(impl_->tasks);
  }
  impl_->wake.notify_all();
  Impl::join(workers);
}

}  // namespace kubus
