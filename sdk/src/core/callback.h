// CallbackState: who may run a callback, who waits for it, and who destroys it.
//
// Thread safety: begin() and end() on the callback's loop; cancel() from any thread.
//
// A cancelled callback never begins again. Exactly one party is told to destroy the callable, and
// at that moment nobody else touches it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "kubus/function.h"

namespace kubus::core {

class CallbackState {
 public:
  // False when cancelled.
  bool begin();
  // True: it cancelled itself while running, and the runner destroys the callable before end().
  bool cancelled_from_inside() const;
  void end();
  bool cancelled() const;

  // Waits for a running callback unless called from the loop that runs it. True: the caller now
  // owns the callable and destroys it.
  bool cancel(bool on_loop);

 private:
  static constexpr std::uint32_t kRunning = 1;
  static constexpr std::uint32_t kCancelled = 2;
  static constexpr std::uint32_t kWaited = 4;
  static constexpr std::uint32_t kFromInside = 8;
  std::atomic<std::uint32_t> state_{0};
};

// Logs and counts an exception that left a callback. Call it inside a catch block.
void report_exception(std::string_view where);

// A callback with its state: what a Registration cancels.
template <class... Args>
class Slot {
 public:
  explicit Slot(UniqueFunction<void(Args...)> fn) : fn_(std::move(fn)) {}

  // On the loop. False when it did not run because it was cancelled.
  bool run(std::string_view where, Args... args) {
    if (!state_.begin()) return false;
    try {
      fn_(std::forward<Args>(args)...);
    } catch (...) {
      report_exception(where);
    }
    if (state_.cancelled_from_inside()) drop();
    state_.end();
    return true;
  }
  void cancel(bool on_loop) {
    if (state_.cancel(on_loop)) drop();
  }
  bool cancelled() const { return state_.cancelled(); }

 private:
  void drop() { UniqueFunction<void(Args...)> gone = std::move(fn_); }

  CallbackState state_;
  UniqueFunction<void(Args...)> fn_;
};

}  // namespace kubus::core
