// How long those are told to wait that a priority level turns away: twice as long while more and
// more come, a second less each time it gets better, as the reference does.
//
// Thread safety: none.
#pragma once

#include <array>
#include <cstdint>

namespace kubus::apiserver::fairness {

class RetryAfter {
 public:
  static constexpr std::int64_t kMost = 32;  // s

  // Another one is turned away at `second`, which never goes back. How many seconds it is to wait.
  std::int64_t next(std::int64_t second);

 private:
  std::int64_t turned_away_since(std::int64_t second) const;

  struct Count {
    std::int64_t second = -1;
    std::int64_t requests = 0;
  };
  std::array<Count, kMost + 1> counts_;  // of the last seconds
  std::int64_t wait_ = 1;
  std::int64_t changed_ = 0;
};

}  // namespace kubus::apiserver::fairness
