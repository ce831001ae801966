#include "snapshot_stream.h"

#include <utility>

namespace kubus::storage_sqlite {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

}  // namespace

void SnapshotStream::start(Context& context, Engine& engine,
                           rpc::ItemWriter<storage::SnapshotChunk> writer) {
  auto self = std::make_shared<SnapshotStream>(context, engine, std::move(writer));
  // These two hold the stream until the bus drops them with the writer's other end.
  self->writer_.raw().on_writable([self] { self->pump(); });
  self->writer_.raw().on_cancel([self] { self->over_ = true; });
  self->pump();
}

void SnapshotStream::pump() {
  if (over_ || working_ || !writer_.raw().writable()) return;
  working_ = true;
  context_.pool().post([self = shared_from_this()] { self->work(); });
}

void SnapshotStream::work() {
  bool more = true;
  if (!snapshot_) {
    auto taken = engine_.snapshot();
    if (taken.ok())
      snapshot_.emplace(std::move(*taken));
    else
      writer_.raw().finish(taken.status());
    more = taken.ok();
  }
  while (more && writer_.raw().writable()) more = send_piece();
  if (!more) snapshot_.reset();
  context_.loop().post([self = shared_from_this(), more] {
    self->working_ = false;
    self->over_ = self->over_ || !more;
    self->pump();
  });
}

bool SnapshotStream::send_piece() {
  auto piece = snapshot_->next(kPiece);
  if (!piece.ok() || piece->empty()) {
    writer_.raw().finish(piece.status());
    return false;
  }
  storage::SnapshotChunk chunk;
  chunk.set_data(std::move(*piece));
  return writer_.write(chunk);
}

}  // namespace kubus::storage_sqlite
