// Watch: one reader of what changes, from any revision that is still remembered.
//
// Thread safety: pull() and read() are for one thread at a time (any); cancel() is for any thread.
//
// The reader pulls, nothing is pushed: a reader that stops pulling costs no memory and later
// continues from where it was, through history if need be. Every revision is delivered exactly
// once and in order, also over the border between history and memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "feed.h"
#include "kubus/status.h"

namespace kubus::storage {
class WatchResponse;
}

namespace kubus::storage_sqlite {

class Readers;

class Watch {
 public:
  // `wake` runs on the writer's thread, once after each pull that returned kWake; it must not block
  // and must not call back into the engine.
  Watch(Feed& feed, Readers& readers, KeyRange range, bool previous, std::int64_t start,
        UniqueFunction<void()> wake);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  using Next = Feed::Page::Next;
  struct Page {
    std::vector<storage::WatchResponse> responses;
    Next next;
  };
  // Never blocks on the disk. kWake: `wake` will run when there is more. kMore: pull again.
  // kHistory: call read(). kClosed: the engine is closed. The first response has no events.
  Page pull(std::size_t limit);
  // Reads a page from history, and the rest as pull() does. kExpired when it is compacted.
  Result<Page> read(std::size_t limit);
  // No wake-up runs after it returns.
  void cancel();

 private:
  storage::WatchResponse response(const Revision& revision) const;
  void greet(std::vector<storage::WatchResponse>* responses);

  Feed& feed_;
  Readers& readers_;
  std::shared_ptr<Position> position_;
  std::int64_t seen_ = 0;
  bool greeted_ = false;
};

}  // namespace kubus::storage_sqlite
