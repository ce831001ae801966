// Feed: the recent past, kept in memory for watchers, and the watchers waiting for what comes.
//
// Thread safety: all members from any thread. Wake-ups run on the thread that publishes, outside
// of the feed's lock.
//
// Watchers do not have queues: each is a position in the shared past, so a slow one costs nothing.
// What has left memory by the time it is wanted is read from history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "key_range.h"
#include "kubus/function.h"
#include "revision.h"

namespace kubus::storage_sqlite {

// A watcher's place in the feed; its fields belong to the feed's lock.
struct Position {
  Position(KeyRange keys, bool previous) : range(std::move(keys)), want_previous(previous) {}

  const KeyRange range;
  const bool want_previous;
  std::int64_t next = 0;      // first revision not yet seen
  std::int64_t reported = 0;  // as the reader was last told
  bool armed = false;         // has seen everything and wants to be woken
  bool ended = false;
  UniqueFunction<void()> wake;
  std::mutex wake_lock;  // held while `wake` runs
};

class Feed {
 public:
  Feed(std::int64_t head, std::size_t max_bytes);

  // In order, each revision once. Wakes watchers that have something to read.
  void publish(const std::vector<RevisionPtr>& revisions);
  // The store turned out to be at `head`, by a commit whose success was not known: watchers read
  // what they miss from history.
  void jump(std::int64_t head);
  // Lets idle watchers tell how far they are, so that they stay newer than the compacted revision.
  void compacted();
  // No more revisions will come from here: wakes every watcher.
  void close();

  std::int64_t head() const;
  bool wants_previous() const;

  // `start` 0: after the head.
  void attach(const std::shared_ptr<Position>& position, std::int64_t start);
  // After it returns, `wake` does not run any more.
  void detach(const std::shared_ptr<Position>& position);

  struct Page {
    std::vector<RevisionPtr> revisions;  // each has an event in the position's range
    std::int64_t seen = 0;               // everything up to here is accounted for
    enum class Next { kWake, kMore, kHistory, kClosed } next = Next::kWake;
    bool progress = false;  // nothing to show, but `seen` is worth telling
  };
  // What is in memory for `position`, at most `limit` revisions. kWake: it is armed now.
  Page take(Position& position, std::size_t limit);
  // After a page of history: everything below `next` was seen.
  void advance(Position& position, std::int64_t next);

 private:
  using Woken = std::vector<std::shared_ptr<Position>>;
  static void wake_all(const Woken& woken);
  bool stale(const Position& position) const;

  mutable std::mutex mutex_;
  std::deque<RevisionPtr> recent_;  // consecutive, the last is head_
  std::size_t bytes_ = 0;
  const std::size_t max_bytes_;
  std::int64_t head_;
  bool closed_ = false;
  std::vector<std::shared_ptr<Position>> positions_;
  std::size_t previous_wanted_ = 0;
};

}  // namespace kubus::storage_sqlite
