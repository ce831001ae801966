#include "retention.h"

#include <algorithm>

namespace kubus::storage_sqlite {

void Retention::note(Time now, std::int64_t revision) {
  if (policy_.keep.count() == 0) return;
  // A few dozen marks are precise enough and bound both memory and the number of compactions.
  const auto grain = std::max<std::chrono::nanoseconds>(policy_.keep / 32, std::chrono::seconds(1));
  if (!marks_.empty() && now - marks_.back().opened < grain) {
    marks_.back().last = now;
    marks_.back().revision = revision;
    return;
  }
  marks_.push_back({now, now, revision});
}

std::optional<std::int64_t> Retention::due(Time now, std::int64_t compacted, std::int64_t head) {
  std::int64_t target = compacted;
  while (!marks_.empty() && policy_.keep.count() > 0 && now - marks_.front().last >= policy_.keep) {
    target = std::max(target, marks_.front().revision);
    marks_.pop_front();
  }
  // The slack makes it one compaction per tenth, instead of one per write.
  const auto keep = policy_.keep_revisions;
  if (keep > 0 && head - compacted > keep + keep / 10) target = std::max(target, head - keep);
  if (target <= compacted) return std::nullopt;
  return target;
}

std::optional<Retention::Time> Retention::deadline() const {
  if (marks_.empty() || policy_.keep.count() == 0) return std::nullopt;
  return marks_.front().last + policy_.keep;
}

}  // namespace kubus::storage_sqlite
