#include "bus_store.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace kubus::storage_sqlite {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

// What has come through a stream; filled on the loop, emptied by the test.
template <class Item>
struct Mailbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> items;
  std::optional<Status> ended;

  void put(Item item) {
    const std::lock_guard lock(mutex);
    items.push_back(std::move(item));
    changed.notify_one();
  }
  void end(Status status) {
    const std::lock_guard lock(mutex);
    ended = std::move(status);
    changed.notify_one();
  }
  Result<Item> take() {
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, kPatience, [this] { return !items.empty() || ended; }))
      return Status(Code::kTimeout, "nothing came");
    if (items.empty())
      return ended->ok() ? Status(Code::kUnavailable, "the stream is complete") : *ended;
    auto item = std::move(items.front());
    items.pop_front();
    return item;
  }
};

class Stream : public contract::WatchStream {
 public:
  Stream(const storage::Client& client, const storage::WatchRequest& request) {
    reader_ = client.watch(
        request, [box = box_](storage::WatchResponse response) { box->put(std::move(response)); },
        [box = box_](Status status) { box->end(std::move(status)); });
    // The test is the one who reads: no credit for what it has not taken.
    reader_->hold();
  }
  ~Stream() override { reader_->cancel(); }
  Result<storage::WatchResponse> next() override {
    auto message = box_->take();
    if (message.ok()) reader_->grant(1);
    return message;
  }

 private:
  std::shared_ptr<Mailbox<storage::WatchResponse>> box_ =
      std::make_shared<Mailbox<storage::WatchResponse>>();
  std::unique_ptr<bus::StreamReader> reader_;
};

}  // namespace

Result<std::unique_ptr<contract::WatchStream>> BusStore::watch(
    const storage::WatchRequest& request) {
  return std::unique_ptr<contract::WatchStream>(std::make_unique<Stream>(client_, request));
}

Result<std::int64_t> BusStore::compact(std::int64_t revision) {
  auto done = client_.compact_wait(revision);
  if (!done.ok()) return done.status();
  return done->revision();
}

Result<std::string> BusStore::snapshot() {
  auto box = std::make_shared<Mailbox<storage::SnapshotChunk>>();
  auto reader =
      client_.snapshot([box](storage::SnapshotChunk chunk) { box->put(std::move(chunk)); },
                       [box](Status status) { box->end(std::move(status)); });
  std::string all;
  while (true) {
    auto chunk = box->take();
    if (chunk.ok()) {
      all += chunk->data();
      continue;
    }
    const std::lock_guard lock(box->mutex);
    if (box->ended && box->ended->ok()) return all;
    return chunk.status();
  }
}

}  // namespace kubus::storage_sqlite
