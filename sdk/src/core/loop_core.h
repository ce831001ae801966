// LoopCore: the machinery behind kubus::Loop, shared with the bus, which adds sources to it.
//
// Thread safety: as kubus::Loop, except where "loop only" is said.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/callback.h"
#include "kubus/loop.h"

namespace kubus::core {

using Clock = std::chrono::steady_clock;

// Something that may have work epoll does not know of (a ZeroMQ socket, whose descriptor tells only
// of changes). Marked ready, it is processed before the loop sleeps.
class Source {
 public:
  virtual ~Source() = default;
  // Loop only. A bounded amount of work; true when there is more.
  virtual bool process() = 0;

 private:
  friend class LoopCore;
  bool queued_ = false;
};

struct Timer {
  Timer(Task task, Duration every) : slot(std::move(task)), period(every) {}
  Slot<> slot;
  const Duration period;  // zero: once
};

struct FdWatch {
  FdWatch(int fd_in, std::uint32_t events_in, UniqueFunction<void(std::uint32_t)> ready,
          bool internal_in)
      : fd(fd_in), events(events_in), internal(internal_in), slot(std::move(ready)) {}
  const int fd;
  const std::uint32_t events;
  const bool internal;  // a descriptor of libzmq, watched by the bus; not counted
  Slot<std::uint32_t> slot;
};

// Timers by time. Thread safe.
class TimerTable {
 public:
  // True: it is now the first one.
  bool add(Clock::time_point at, std::shared_ptr<Timer> timer);
  void remove(const Timer* timer);
  // The first one that is due at `now`, taken out; null when none is.
  std::shared_ptr<Timer> take_due(Clock::time_point now);
  // Milliseconds until the first one, rounded up; -1 when there is none.
  int wait_ms(Clock::time_point now) const;
  std::vector<std::shared_ptr<Timer>> take_all();
  std::size_t size() const;

 private:
  using Order = std::multimap<Clock::time_point, std::shared_ptr<Timer>>;
  mutable std::mutex mutex_;
  Order order_;
  std::unordered_map<const Timer*, Order::iterator> where_;
};

// Watched descriptors; several watches may share one. Thread safe.
class FdTable {
 public:
  FdTable();
  ~FdTable();
  bool add(std::shared_ptr<FdWatch> watch);
  void remove(const FdWatch* watch);
  // The watches that an epoll event concerns.
  std::vector<std::shared_ptr<FdWatch>> find(std::uint64_t token) const;
  std::vector<std::shared_ptr<FdWatch>> take_all();
  std::size_t size() const;
  int epoll() const { return epoll_; }

 private:
  struct Entry {
    std::uint32_t serial = 0;
    std::vector<std::shared_ptr<FdWatch>> watches;
  };
  void apply(int operation, const FdWatch& one, const Entry& entry) const;

  const int epoll_;
  mutable std::mutex mutex_;
  std::unordered_map<int, Entry> entries_;
  std::uint32_t next_serial_ = 1;
};

class LoopCore {
 public:
  explicit LoopCore(std::string name);
  ~LoopCore();
  LoopCore(const LoopCore&) = delete;
  LoopCore& operator=(const LoopCore&) = delete;

  const std::string& name() const { return name_; }
  bool post(Task task);
  bool in_loop() const {
    return thread_.load(std::memory_order_acquire) == std::this_thread::get_id();
  }
  bool stopping() const;
  // Timers and watched descriptors that are held.
  std::size_t registrations() const { return timers.size() + fds.size(); }

  // Loop only: process `source` before sleeping.
  void ready(Source& source);
  // Loop only: `source` is going away.
  void forget(Source& source);
  // Runs on the loop, last, in reverse order of their coming. Dropped if the loop has ended.
  void at_exit(Task task);
  void wake();

  // The thread's body.
  void run();
  void request_stop();
  bool exited() const { return exited_.load(std::memory_order_acquire); }

  TimerTable timers;
  FdTable fds;

 private:
  void run_tasks();
  void run_timers();
  void run_sources();
  void wait();
  void drop_all();

  const std::string name_;
  std::atomic<std::thread::id> thread_{};
  std::atomic<bool> exited_{false};
  int wakeup_ = -1;

  mutable std::mutex mutex_;
  std::vector<Task> incoming_;
  std::vector<Task> exits_;
  bool asleep_ = false;
  bool stopping_ = false;
  bool ended_ = false;

  std::vector<Task> batch_;
  std::vector<Source*> ready_;
  std::vector<Source*> processing_;
};

// What Loop::after, every and watch_fd do.
Registration add_timer(const std::shared_ptr<LoopCore>& core, Duration delay, Duration period,
                       Task task);
Registration add_watch(const std::shared_ptr<LoopCore>& core, int fd, std::uint32_t events,
                       UniqueFunction<void(std::uint32_t)> ready, bool internal = false);

}  // namespace kubus::core

struct kubus::Loop::Impl {
  std::shared_ptr<core::LoopCore> core;
  std::mutex join_mutex;
  std::thread thread;
};
