// Retention: decides how much history is old enough to be compacted.
//
// Thread safety: none; it belongs to the writer's thread. Time is passed in, so that tests turn it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace kubus::storage_sqlite {

class Retention {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Policy {
    std::chrono::nanoseconds keep{std::chrono::minutes(5)};  // 0: no limit by age
    std::int64_t keep_revisions = 0;                         // 0: no limit by number
  };

  explicit Retention(Policy policy) : policy_(policy) {}

  void set_policy(Policy policy) { policy_ = policy; }
  // The store stood at `revision` at `now`.
  void note(Time now, std::int64_t revision);
  // The revision to compact to by now, if that is beyond `compacted`.
  std::optional<std::int64_t> due(Time now, std::int64_t compacted, std::int64_t head);
  // When due() may next say something although nothing was written.
  std::optional<Time> deadline() const;

 private:
  // The store stood at `revision` from `opened` to `last` at some time.
  struct Mark {
    Time opened;
    Time last;
    std::int64_t revision;
  };
  Policy policy_;
  std::deque<Mark> marks_;
};

}  // namespace kubus::storage_sqlite
