// Engine: a revisioned key-value store in one SQLite file, with etcd's model (storage.proto).
//
// Thread safety: all members from any thread. It knows no bus: requests and answers are the
// contract's messages, called as functions.
//
// Guarantees: an acknowledged transaction is on the disk; each transaction that writes has the
// revision after the one before; a range sees every acknowledged transaction; reads never wait for
// writes. After a failure of the disk, reads go on, writes fail with a text that says why, and the
// first write that can be done again is.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "owner_lock.h"
#include "readers.h"
#include "snapshot.h"
#include "watch.h"
#include "writer.h"

namespace kubus::storage_sqlite {

struct EngineOptions {
  std::string path;
  // Another owner of the file: wait until it lets go (a predecessor drains), or fail at once.
  bool wait_for_owner = false;
  std::stop_token cancel_wait;
  std::size_t readers = 3;
  std::size_t feed_bytes = 8 * 1024 * 1024;
  Limits limits;
  Retention::Policy retention;
  std::function<Retention::Time()> now = [] { return std::chrono::steady_clock::now(); };
  std::function<void(const Status&)> health;  // see WriterOptions
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> open(EngineOptions options);
  ~Engine();  // finish(), and waits for it; leases and watches must be gone

  // Blocks on the disk.
  Result<storage::RangeResponse> range(const storage::RangeRequest& request);
  // The same, unless it would have to wait for a connection: then nothing is done.
  std::optional<Result<storage::RangeResponse>> try_range(const storage::RangeRequest& request);
  // The reply runs on the writer's thread.
  void txn(storage::TxnRequest request, Writer::TxnReply reply);
  void compact(std::int64_t revision, Writer::CompactReply reply);
  // See Watch. The engine must outlive it.
  Result<std::unique_ptr<Watch>> watch(const storage::WatchRequest& request,
                                       UniqueFunction<void()> wake);
  storage::StatusResponse status() const;
  // Blocks on the disk.
  Result<Snapshot> snapshot() { return Snapshot::take(options_.path); }

  void set_retention(Retention::Policy policy) { writer_->set_retention(policy); }
  // Looks at options.now again.
  void poke() { writer_->poke(); }
  // Does what waits, closes the file for writing and lets go of it, so that a successor may have
  // it. Writes after this fail with kDraining, watches end with kClosed, reads still work. Returns
  // at once.
  void finish();

 private:
  Engine(EngineOptions options, OwnerLock lock, Connection connection, Head head);

  const EngineOptions options_;
  OwnerLock lock_;
  Feed feed_;
  Readers readers_;
  std::unique_ptr<Writer> writer_;  // last: its thread uses the others
};

}  // namespace kubus::storage_sqlite
