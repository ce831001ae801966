// SnapshotStream: sends a snapshot in pieces, as fast as the reader's credit allows.
//
// Thread safety: start() on the context's loop; the rest looks after itself, and keeps itself alive
// until the stream is over.
#pragma once

#include <memory>
#include <optional>

#include "engine.h"
#include "kubus/context.h"
#include "kubus/rpc.h"
#include "kubus/storage.pb.h"

namespace kubus::storage_sqlite {

class SnapshotStream : public std::enable_shared_from_this<SnapshotStream> {
 public:
  static void start(Context& context, Engine& engine,
                    rpc::ItemWriter<storage::SnapshotChunk> writer);

  SnapshotStream(Context& context, Engine& engine, rpc::ItemWriter<storage::SnapshotChunk> writer)
      : context_(context), engine_(engine), writer_(std::move(writer)) {}

 private:
  void pump();  // on the loop
  void work();  // in the pool, one at a time
  bool send_piece();

  Context& context_;
  Engine& engine_;
  rpc::ItemWriter<storage::SnapshotChunk> writer_;
  std::optional<Snapshot> snapshot_;  // of work()
  bool over_ = false;                 // of the loop, as the rest
  bool working_ = false;
};

}  // namespace kubus::storage_sqlite
