// Durations as `kubectl get` prints ages: "45s", "5m30s", "3h", "2d5h", "1y".
//
// Thread safety: pure functions.
#pragma once

#include <chrono>
#include <string>

namespace kubus::apiserver {

std::string human_duration(std::chrono::seconds duration);

}  // namespace kubus::apiserver
