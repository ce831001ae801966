// Durations as `kubectl get` prints ages: "45s", "5m30s", "3h", "2d5h", "1y".
//
// Thread safety: pure functions.
#pragma once

#include <chrono>
#include <string>

namespace kubus::apiserver {

std::string human_duration(std::chrono::seconds duration);
// How long ago `time` was; at most 292 years either way, what a duration in nanoseconds holds.
std::string elapsed_text(std::chrono::system_clock::time_point time,
                         std::chrono::system_clock::time_point now);

}  // namespace kubus::apiserver
