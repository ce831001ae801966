#include "core/callback.h"

#include <exception>

#include "kubus/log.h"
#include "kubus/metrics.h"

namespace kubus::core {

bool CallbackState::begin() {
  std::uint32_t idle = 0;
  return state_.compare_exchange_strong(idle, kRunning, std::memory_order_acq_rel);
}

bool CallbackState::cancelled_from_inside() const {
  return (state_.load(std::memory_order_acquire) & kFromInside) != 0;
}

bool CallbackState::cancelled() const {
  return (state_.load(std::memory_order_acquire) & kCancelled) != 0;
}

void CallbackState::end() {
  const std::uint32_t old = state_.fetch_and(~kRunning, std::memory_order_acq_rel);
  if (old & kWaited) state_.notify_all();
}

bool CallbackState::cancel(bool on_loop) {
  const std::uint32_t old = state_.fetch_or(kCancelled, std::memory_order_acq_rel);
  const bool first = (old & kCancelled) == 0;
  if ((old & kRunning) == 0) return first;
  if (on_loop) {
    if (first) state_.fetch_or(kFromInside, std::memory_order_acq_rel);
    return false;
  }
  std::uint32_t now = state_.fetch_or(kWaited, std::memory_order_acq_rel) | kWaited;
  while (now & kRunning) {
    state_.wait(now, std::memory_order_acquire);
    now = state_.load(std::memory_order_acquire);
  }
  return first;
}

void report_exception(std::string_view where) {
  static metrics::Counter& count = metrics::counter(
      "kubus_callback_exceptions_total", "Exceptions that left a callback of this process.");
  static const Logger log("kubus");
  count.add();
  try {
    throw;
  } catch (const std::exception& error) {
    log.error("exception left a callback", {{"where", where}, {"what", error.what()}});
  } catch (...) {
    log.error("exception left a callback", {{"where", where}, {"what", "not a std::exception"}});
  }
}

}  // namespace kubus::core
