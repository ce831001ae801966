// WatchStream: carries one Watch to its reader, as fast as the reader's credit allows.
//
// Thread safety: all members on the context's loop. Pages of history are read in the pool.
//
// Nothing is kept for a slow reader: while it has no credit, the watch is not pulled, and what
// leaves memory meanwhile is read from history later.
#pragma once

#include <memory>

#include "engine.h"
#include "kubus/context.h"
#include "kubus/rpc.h"
#include "kubus/storage.pb.h"

namespace kubus::storage_sqlite {

class WatchStream : public std::enable_shared_from_this<WatchStream> {
 public:
  WatchStream(Context& context, rpc::ItemWriter<storage::WatchResponse> writer)
      : context_(context), writer_(std::move(writer)) {}

  // On failure the reader has been told. `over` runs on the loop, once, after the stream's end.
  Status open(Engine& engine, const storage::WatchRequest& request, Task over);
  // Sends what is due.
  void pump();

 private:
  void send(const Watch::Page& page);
  void read_history();
  void history_read(Result<Watch::Page> page);
  void end(Status status);

  Context& context_;
  rpc::ItemWriter<storage::WatchResponse> writer_;
  std::unique_ptr<Watch> watch_;
  bool reading_ = false;  // a page of history is being read
  bool over_ = false;
  Task on_over_;
};

}  // namespace kubus::storage_sqlite
