#include "core/loop_core.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace kubus::core {
namespace {

constexpr std::uint64_t kWakeupToken = 0;  // serials of descriptors begin at 1

void run_guarded(Task& task, const std::string& where) {
  try {
    task();
  } catch (...) {
    report_exception(where);
  }
}

}  // namespace

LoopCore::LoopCore(std::string name) : name_(std::move(name)) {
  wakeup_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeupToken;
  ::epoll_ctl(fds.epoll(), EPOLL_CTL_ADD, wakeup_, &event);
}

LoopCore::~LoopCore() { ::close(wakeup_); }

bool LoopCore::post(Task task) {
  bool wake_it = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    incoming_.push_back(std::move(task));
    wake_it = std::exchange(asleep_, false);
  }
  if (wake_it) wake();
  return true;
}

void LoopCore::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wakeup_, &one, sizeof one);
}

bool LoopCore::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void LoopCore::request_stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
}

void LoopCore::at_exit(Task task) {
  const std::lock_guard lock(mutex_);
  if (!ended_) exits_.push_back(std::move(task));
}

void LoopCore::ready(Source& source) {
  if (std::exchange(source.queued_, true)) return;
  ready_.push_back(&source);
}

void LoopCore::forget(Source& source) {
  std::erase(ready_, &source);
  std::replace(processing_.begin(), processing_.end(), &source, static_cast<Source*>(nullptr));
}

void LoopCore::run() {
  ::pthread_setname_np(::pthread_self(), name_.substr(0, 15).c_str());
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  thread_.store(std::this_thread::get_id(), std::memory_order_release);
  while (!stopping()) {
    run_tasks();
    run_timers();
    run_sources();
    wait();
  }
  drop_all();
  exited_.store(true, std::memory_order_release);
}

void LoopCore::run_tasks() {
  {
    const std::lock_guard lock(mutex_);
    batch_.swap(incoming_);
  }
  for (Task& task : batch_) {
    if (stopping()) break;
    run_guarded(task, name_);
    task = Task();
  }
  batch_.clear();
  if (batch_.capacity() > 4096) batch_.shrink_to_fit();
}

void LoopCore::run_timers() {
  const auto now = Clock::now();
  while (auto timer = timers.take_due(now)) {
    if (timer->period > Duration::zero()) {
      if (timer->slot.run(name_) && !timer->slot.cancelled()) {
        Timer* raw = timer.get();
        timers.add(Clock::now() + raw->period, timer);
        if (raw->slot.cancelled()) timers.remove(raw);
      }
    } else {
      timer->slot.run(name_);
      timer->slot.cancel(true);
    }
    if (stopping()) return;
  }
}

void LoopCore::run_sources() {
  processing_.swap(ready_);
  for (std::size_t i = 0; i < processing_.size(); ++i) {
    Source* source = processing_[i];
    if (!source) continue;
    source->queued_ = false;
    bool more = false;
    try {
      more = source->process();
    } catch (...) {
      report_exception(name_);
    }
    if (more && processing_[i]) ready(*source);
  }
  processing_.clear();
}

void LoopCore::wait() {
  int timeout = ready_.empty() ? timers.wait_ms(Clock::now()) : 0;
  {
    const std::lock_guard lock(mutex_);
    if (!incoming_.empty() || stopping_) timeout = 0;
    asleep_ = timeout != 0;
  }
  // A timer set by another thread between the two looks wakes us: add() is followed by wake().
  std::array<epoll_event, 64> events;
  const int count =
      ::epoll_wait(fds.epoll(), events.data(), static_cast<int>(events.size()), timeout);
  {
    const std::lock_guard lock(mutex_);
    asleep_ = false;
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeupToken) {
      std::uint64_t ignored = 0;
      [[maybe_unused]] const auto got = ::read(wakeup_, &ignored, sizeof ignored);
      continue;
    }
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    for (const auto& watch : fds.find(event.data.u64)) {
      std::uint32_t what = 0;
      if (broken || (event.events & EPOLLIN)) what |= Loop::kReadable;
      if (broken || (event.events & EPOLLOUT)) what |= Loop::kWritable;
      what &= watch->events;
      if (what) watch->slot.run(name_, what);
    }
    if (stopping()) return;
  }
}

void LoopCore::drop_all() {
  std::vector<Task> exits;
  {
    const std::lock_guard lock(mutex_);
    exits.swap(exits_);
    ended_ = true;
  }
  while (!exits.empty()) {
    run_guarded(exits.back(), name_);
    exits.pop_back();
  }
  for (const auto& timer : timers.take_all()) timer->slot.cancel(true);
  for (const auto& watch : fds.take_all()) watch->slot.cancel(true);
  std::vector<Task> rest;
  {
    const std::lock_guard lock(mutex_);
    rest.swap(incoming_);
  }
  rest.clear();
  batch_.clear();
  ready_.clear();
}

}  // namespace kubus::core
