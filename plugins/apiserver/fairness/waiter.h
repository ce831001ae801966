// One request that waits in a queue of a level.
//
// Thread safety: from place() to wait() nobody else has it; then with the lock of its level.
#pragma once

#include <optional>
#include <string>

#include "fairness/level.h"

namespace kubus::apiserver::fairness {

struct Level::Waiter {
  Arrival arrival;
  std::string what;
  Done done;
  Clock::time_point came, deadline;
  double came_at = 0;  // virtual
  // Once it waits there.
  std::optional<std::size_t> queue;
  bool given_up = false;
};

}  // namespace kubus::apiserver::fairness
