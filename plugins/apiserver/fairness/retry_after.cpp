#include "fairness/retry_after.h"

#include <algorithm>

namespace kubus::apiserver::fairness {

std::int64_t RetryAfter::turned_away_since(std::int64_t second) const {
  std::int64_t sum = 0;
  for (const auto& count : counts_)
    if (count.second >= second) sum += count.requests;
  return sum;
}

std::int64_t RetryAfter::next(std::int64_t second) {
  auto& count = counts_[static_cast<std::size_t>(second) % counts_.size()];
  const bool first = count.second != second;
  if (first) count = {second, 0};
  ++count.requests;
  // What is told has no effect before that time is over.
  if (!first || second - changed_ < wait_) return wait_;
  const auto recent = turned_away_since(second - wait_);
  const auto before = wait_;
  if (recent >= 3 * wait_)
    wait_ = std::min(2 * wait_, kMost);
  else if (recent < wait_)
    wait_ = std::max<std::int64_t>(wait_ - 1, 1);
  if (wait_ != before) changed_ = second;
  return wait_;
}

}  // namespace kubus::apiserver::fairness
