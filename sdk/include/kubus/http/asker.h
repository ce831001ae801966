// Asker: whoever something is asked for, and whether they still wait for it. What other servers are
// asked on their behalf is given up when they leave.
//
// Thread safety: all members from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "kubus/loop.h"

namespace kubus::http {

class Exchange;

class Asker : public std::enable_shared_from_this<Asker> {
 public:
  // Leaves when its owner says so.
  Asker() = default;
  // The client of an exchange: it is looked at from when somebody first wants to know.
  explicit Asker(std::weak_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

  bool left() const;
  // Runs what waits for it. Once: it does not come back.
  void leave();
  // Runs `task` once, on any thread, when it leaves: within the call if it has. It must not block,
  // and may still run when the registration is gone: what may end before it holds weakly.
  Registration on_leave(Task task);

 private:
  void forget(std::uint64_t id);

  mutable std::mutex mutex_;
  std::map<std::uint64_t, Task> tasks_;
  std::uint64_t next_ = 0;
  std::weak_ptr<Exchange> exchange_;  // until it is looked at
  bool left_ = false;
};

// Null: somebody who does not leave.
using AskerPtr = std::shared_ptr<Asker>;
inline bool has_left(const AskerPtr& asker) { return asker && asker->left(); }

}  // namespace kubus::http
