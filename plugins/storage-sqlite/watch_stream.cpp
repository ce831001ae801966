#include "watch_stream.h"

#include <utility>

namespace kubus::storage_sqlite {
namespace {

constexpr std::size_t kPage = bus::kStreamWindow / 2;
// Pages sent before the loop's other work has its turn.
constexpr int kTurn = 4;

}  // namespace

Status WatchStream::open(Engine& engine, const storage::WatchRequest& request, Task over) {
  std::weak_ptr<WatchStream> weak = weak_from_this();
  auto& loop = context_.loop();
  auto watch = engine.watch(request, [&loop, weak] {
    loop.post([weak] {
      if (auto self = weak.lock()) self->pump();
    });
  });
  if (!watch.ok()) {
    over_ = true;
    writer_.raw().finish(watch.status());
    return watch.status();
  }
  watch_ = std::move(*watch);
  on_over_ = std::move(over);
  writer_.raw().on_writable([weak] {
    if (auto self = weak.lock()) self->pump();
  });
  writer_.raw().on_cancel([weak] {
    if (auto self = weak.lock()) self->end(Status(Code::kCancelled, "the reader left"));
  });
  return {};
}

void WatchStream::pump() {
  for (int turn = 0; turn < kTurn; ++turn) {
    if (over_ || reading_ || !writer_.raw().writable()) return;
    const auto page = watch_->pull(kPage);
    send(page);
    switch (page.next) {
      case Watch::Next::kWake:
        return;
      case Watch::Next::kMore:
        break;
      case Watch::Next::kHistory:
        return read_history();
      case Watch::Next::kClosed:
        return end(Status(Code::kUnavailable, "the store is closing"));
    }
  }
  context_.loop().post([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->pump();
  });
}

void WatchStream::send(const Watch::Page& page) {
  for (const auto& response : page.responses) writer_.write(response);
}

void WatchStream::read_history() {
  reading_ = true;
  context_.pool().post([self = shared_from_this()] {
    auto page = self->watch_->read(kPage);
    self->context_.loop().post(
        [self, page = std::move(page)]() mutable { self->history_read(std::move(page)); });
  });
}

void WatchStream::history_read(Result<Watch::Page> page) {
  reading_ = false;
  if (over_) return watch_.reset();
  if (!page.ok()) return end(page.status());
  send(*page);
  pump();
}

void WatchStream::end(Status status) {
  if (std::exchange(over_, true)) return;
  const auto keep = shared_from_this();
  writer_.raw().finish(std::move(status));
  if (!reading_) watch_.reset();
  if (auto over = std::exchange(on_over_, nullptr)) over();
}

}  // namespace kubus::storage_sqlite
