#include "engine_store.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

namespace kubus::storage_sqlite {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);
constexpr std::size_t kPage = 16;

struct Signal {
  std::mutex mutex;
  std::condition_variable raised;
  bool up = false;
};

class Stream : public contract::WatchStream {
 public:
  explicit Stream(std::shared_ptr<Signal> signal) : signal_(std::move(signal)) {}
  void use(std::unique_ptr<Watch> watch) { watch_ = std::move(watch); }

  Result<storage::WatchResponse> next() override {
    while (due_.empty()) {
      if (waiting_ && !wait()) return Status(Code::kTimeout, "nothing came");
      auto page = watch_->pull(kPage);
      if (page.next == Watch::Next::kHistory) {
        take(page);
        auto read = watch_->read(kPage);
        if (!read.ok()) return read.status();
        take(*read);
        continue;
      }
      take(page);
      if (page.next == Watch::Next::kClosed && due_.empty())
        return Status(Code::kUnavailable, "closed");
    }
    auto out = std::move(due_.front());
    due_.pop_front();
    return out;
  }

 private:
  void take(Watch::Page& page) {
    for (auto& response : page.responses) due_.push_back(std::move(response));
    waiting_ = page.next == Watch::Next::kWake;
  }
  bool wait() {
    std::unique_lock lock(signal_->mutex);
    const bool up = signal_->raised.wait_for(lock, kPatience, [this] { return signal_->up; });
    signal_->up = false;
    return up;
  }

  std::shared_ptr<Signal> signal_;
  std::unique_ptr<Watch> watch_;
  std::deque<storage::WatchResponse> due_;
  bool waiting_ = false;
};

template <class T>
struct Waiter {
  std::shared_ptr<std::promise<Result<T>>> promise = std::make_shared<std::promise<Result<T>>>();
  auto reply() {
    return [promise = promise](Result<T> result) { promise->set_value(std::move(result)); };
  }
  Result<T> get() { return promise->get_future().get(); }
};

}  // namespace

Result<storage::TxnResponse> EngineStore::txn(const storage::TxnRequest& request) {
  Waiter<storage::TxnResponse> waiter;
  engine_.txn(request, waiter.reply());
  return waiter.get();
}

Result<std::int64_t> EngineStore::compact(std::int64_t revision) {
  Waiter<std::int64_t> waiter;
  engine_.compact(revision, waiter.reply());
  return waiter.get();
}

Result<std::unique_ptr<contract::WatchStream>> EngineStore::watch(
    const storage::WatchRequest& request) {
  auto signal = std::make_shared<Signal>();
  auto stream = std::make_unique<Stream>(signal);
  auto watch = engine_.watch(request, [signal] {
    const std::lock_guard lock(signal->mutex);
    signal->up = true;
    signal->raised.notify_one();
  });
  if (!watch.ok()) return watch.status();
  stream->use(std::move(*watch));
  return std::unique_ptr<contract::WatchStream>(std::move(stream));
}

Result<std::string> EngineStore::snapshot() {
  auto taken = engine_.snapshot();
  if (!taken.ok()) return taken.status();
  std::string all;
  while (true) {
    auto piece = taken->next(256 * 1024);
    if (!piece.ok()) return piece.status();
    if (piece->empty()) return all;
    all += *piece;
  }
}

}  // namespace kubus::storage_sqlite
