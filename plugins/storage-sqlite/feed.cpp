#include "feed.h"

#include <algorithm>

namespace kubus::storage_sqlite {
namespace {

constexpr std::size_t kMaxRecent = 8192;
// An idle watcher is told how far it is after so many revisions that did not concern it.
constexpr std::int64_t kProgressEvery = 1000;
// Revisions looked at under the lock for one page.
constexpr std::size_t kMaxScan = 2048;

bool concerns(const Revision& revision, const KeyRange& range) {
  return std::any_of(revision.events.begin(), revision.events.end(),
                     [&](const auto& event) { return range.contains(event.kv().key()); });
}

}  // namespace

Feed::Feed(std::int64_t head, std::size_t max_bytes) : max_bytes_(max_bytes), head_(head) {}

void Feed::publish(const std::vector<RevisionPtr>& revisions) {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& revision : revisions) {
      recent_.push_back(revision);
      bytes_ += revision->bytes;
      head_ = revision->number;
    }
    while (recent_.size() > kMaxRecent || (bytes_ > max_bytes_ && recent_.size() > 1)) {
      bytes_ -= recent_.front()->bytes;
      recent_.pop_front();
    }
    for (const auto& position : positions_) {
      if (!position->armed) continue;
      const bool due = std::any_of(revisions.begin(), revisions.end(), [&](const auto& revision) {
        return revision->number >= position->next && concerns(*revision, position->range);
      });
      if (!due) position->next = std::max(position->next, head_ + 1);
      if (!due && head_ - position->reported < kProgressEvery) continue;
      position->armed = false;
      woken.push_back(position);
    }
  }
  wake_all(woken);
}

void Feed::jump(std::int64_t head) {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    recent_.clear();
    bytes_ = 0;
    head_ = head;
    woken = positions_;
    for (const auto& position : positions_) position->armed = false;
  }
  wake_all(woken);
}

bool Feed::stale(const Position& position) const {
  return position.reported < std::min(head_, position.next - 1);
}

void Feed::compacted() {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& position : positions_) {
      if (!position->armed || !stale(*position)) continue;
      position->armed = false;
      woken.push_back(position);
    }
  }
  wake_all(woken);
}

void Feed::close() {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    woken = positions_;
    for (const auto& position : positions_) position->armed = false;
  }
  wake_all(woken);
}

void Feed::wake_all(const Woken& woken) {
  for (const auto& position : woken) {
    const std::lock_guard lock(position->wake_lock);
    if (position->wake) position->wake();
  }
}

std::int64_t Feed::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

bool Feed::wants_previous() const {
  const std::lock_guard lock(mutex_);
  return previous_wanted_ > 0;
}

void Feed::attach(const std::shared_ptr<Position>& position, std::int64_t start) {
  const std::lock_guard lock(mutex_);
  position->next = start > 0 ? start : head_ + 1;
  position->reported = std::min(head_, position->next - 1);
  positions_.push_back(position);
  if (position->want_previous) ++previous_wanted_;
}

void Feed::detach(const std::shared_ptr<Position>& position) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(position->ended, true)) return;
    std::erase(positions_, position);
    if (position->want_previous) --previous_wanted_;
  }
  const std::lock_guard lock(position->wake_lock);
  position->wake = nullptr;
}

Feed::Page Feed::take(Position& position, std::size_t limit) {
  Page page;
  const std::lock_guard lock(mutex_);
  if (position.next <= head_) {
    const auto first = recent_.empty() ? head_ + 1 : recent_.front()->number;
    auto index = static_cast<std::size_t>(std::max<std::int64_t>(0, position.next - first));
    const auto end = std::min(recent_.size(), index + kMaxScan);
    if (position.next < first || (position.want_previous && !recent_[index]->with_previous)) {
      page.next = Page::Next::kHistory;
      page.seen = position.next - 1;
      return page;
    }
    for (; index < end && page.revisions.size() < limit; ++index) {
      const auto& revision = recent_[index];
      if (position.want_previous && !revision->with_previous) break;
      if (concerns(*revision, position.range)) page.revisions.push_back(revision);
      position.next = revision->number + 1;
    }
  }
  page.seen = std::min(head_, position.next - 1);
  if (position.next <= head_) {
    page.next = Page::Next::kMore;
  } else if (closed_) {
    page.next = Page::Next::kClosed;
  } else {
    page.next = Page::Next::kWake;
    position.armed = true;
    page.progress = page.revisions.empty() && stale(position);
  }
  if (!page.revisions.empty() || page.progress) position.reported = page.seen;
  return page;
}

void Feed::advance(Position& position, std::int64_t next) {
  const std::lock_guard lock(mutex_);
  position.next = std::max(position.next, next);
}

}  // namespace kubus::storage_sqlite
