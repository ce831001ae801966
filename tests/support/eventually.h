// Waits for a condition that only looking at it can tell.
#pragma once

#include <chrono>
#include <functional>

namespace kubus::testing {

// False when it is still not true at the deadline.
bool eventually(const std::function<bool()>& condition,
                std::chrono::seconds deadline = std::chrono::seconds(40));

}  // namespace kubus::testing
