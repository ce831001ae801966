// Loop: one thread that runs tasks, timers and file-descriptor callbacks in turn, and owns the bus
// sockets of one plugin instance. It sleeps in the kernel when there is nothing to do.
//
// Thread safety: every member may be called from any thread; callbacks always run on the loop's own
// thread, never two at once. A callback must not block: blocking work goes to a Pool.
//
// Lifetime: everything registered here is dropped, on the loop's thread, before a stopped loop's
// plugin is unmapped. An exception that leaves a callback is logged and counted, nothing more.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "kubus/function.h"

namespace kubus {

using Task = UniqueFunction<void()>;
using Duration = std::chrono::nanoseconds;

// Cancels what it stands for when destroyed; detach() lets it live on. Destroying it from another
// thread waits for a callback in progress, so that what the callback uses may be freed afterwards.
class [[nodiscard]] Registration {
 public:
  Registration() = default;
  explicit Registration(Task cancel) : cancel_(std::move(cancel)) {}
  Registration(Registration&& other) noexcept = default;
  Registration& operator=(Registration&& other) noexcept {
    if (this != &other) {
      reset();
      cancel_ = std::move(other.cancel_);
    }
    return *this;
  }
  ~Registration() { reset(); }
  void reset() {
    if (cancel_) std::exchange(cancel_, Task())();
  }
  void detach() { cancel_ = Task(); }
  explicit operator bool() const { return static_cast<bool>(cancel_); }

 private:
  Task cancel_;
};

class Loop {
 public:
  // `name` is the thread's name (15 bytes are shown by the kernel).
  explicit Loop(std::string name);
  ~Loop();  // stop()
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs `task` soon, after everything posted before it. False once stopped: the task is dropped.
  bool post(Task task);
  // Runs `task` once, at least `delay` from now.
  Registration after(Duration delay, Task task);
  // Runs `task` every `period`, first after one period. For heartbeats; never to poll.
  Registration every(Duration period, Task task);

  enum : std::uint32_t { kReadable = 1, kWritable = 2 };
  // Calls `ready(events)` while `fd` is readable/writable (level triggered). The caller keeps
  // owning `fd` and must reset the registration before closing it.
  Registration watch_fd(int fd, std::uint32_t events, UniqueFunction<void(std::uint32_t)> ready);

  // True on the loop's own thread.
  bool in_loop() const;
  // Finishes the running callback, drops the rest, joins the thread. Idempotent.
  void stop();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace kubus
