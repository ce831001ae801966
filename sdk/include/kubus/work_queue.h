// WorkQueue: keys to be worked on, each by one worker at a time, each once however often added.
//
// Thread safety: all members from any thread. The work function runs on the context's Pool.
//
// A key added while it is being worked on is worked on once more afterwards. A key whose work
// failed comes back after 5 ms, 10 ms, 20 ms, ... at most 1000 s, until it succeeds.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "kubus/loop.h"
#include "kubus/status.h"

namespace kubus {

class Context;

// What a piece of work came to.
class Outcome {
 public:
  // The state is as wanted; nothing more until something changes.
  static Outcome done() { return Outcome(); }
  // Look again after `delay` (and at every change before that).
  static Outcome requeue_after(Duration delay) {
    Outcome outcome;
    outcome.delay_ = delay;
    return outcome;
  }
  // Trying again cannot help before something changes.
  static Outcome terminal(Status why) {
    Outcome outcome(std::move(why));
    outcome.terminal_ = true;
    return outcome;
  }
  Outcome() = default;
  // Ok: done. Anything else: try again with backoff; a kConflict is no news and logged as debug.
  Outcome(Status status) : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor)

  const Status& status() const { return status_; }
  Duration delay() const { return delay_; }
  bool is_terminal() const { return terminal_; }

 private:
  Status status_;
  Duration delay_{0};
  bool terminal_ = false;
};

class WorkQueue {
 public:
  using Work = std::function<Outcome(const std::string& key)>;

  // `workers` keys are worked on at the same time (bounded by the pool's threads).
  WorkQueue(Context& context, std::string name, std::size_t workers, Work work);
  ~WorkQueue();  // no work runs afterwards
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(const std::string& key);
  void add_after(const std::string& key, Duration delay);
  // Forgets the key's failures, so that the next one starts at 5 ms again.
  void forget(const std::string& key);
  std::size_t size() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus
