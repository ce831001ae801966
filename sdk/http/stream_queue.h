// The queue between those who write a streamed body and the connection that sends it.
//
// Thread safety: all members from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "kubus/http/exchange.h"

namespace kubus::http {

class StreamQueue final : public BodyStream {
 public:
  // `wake` tells the connection that there is something to take; `overflow` that the client is
  // too slow and is to be cut off. Both are called from writers' threads.
  StreamQueue(std::size_t limit, UniqueFunction<void()> wake, UniqueFunction<void()> overflow);

  bool write(std::vector<Bytes> pieces, bool limited) override;
  void finish() override;
  void on_close(Task task) override;
  void when_below(std::size_t waiting, Task task) override;

  // For the connection: everything queued so far, and whether the body ends after it.
  struct Batch {
    std::vector<Bytes> pieces;
    bool last = false;
  };
  Batch take();
  // The same if that is `most` bytes at most and the body goes on; else nothing, and all is kept.
  // Only when all of earlier batches was sent.
  std::optional<std::vector<Bytes>> take_at_most(std::size_t most);
  // True if take() would give nothing.
  bool idle();
  // Bytes of a batch have left; they no longer count.
  void sent(std::size_t bytes);
  // The connection is done with it: runs the close tasks, refuses further writes.
  void close();

 private:
  const std::size_t limit_;
  UniqueFunction<void()> wake_;
  UniqueFunction<void()> overflow_;
  std::mutex mutex_;
  std::vector<Bytes> queue_;
  // Only what is limited counts.
  std::size_t waiting_ = 0;
  std::size_t unlimited_ = 0;
  bool announced_ = false;
  bool finished_ = false;
  bool cut_off_ = false;  // there is no proper end any more
  bool closed_ = false;
  std::vector<Task> close_tasks_;
  std::size_t room_below_ = 0;
  Task room_task_;
};

}  // namespace kubus::http
