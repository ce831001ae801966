// Writer: the one thread that changes the store.
//
// Thread safety: all members from any thread. Replies run on the writer's thread and must be short.
//
// Group commit: everything that waits goes into one SQLite transaction with one sync of the disk,
// each request keeping its own revision and outcome. A group that fails is done again one by one,
// so that a request fails only for reasons of its own. Compaction, checkpoints and vacuum are done
// in bounded steps between groups.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "feed.h"
#include "kubus/function.h"
#include "kubus/status.h"
#include "request_check.h"
#include "retention.h"
#include "schema.h"

namespace kubus::storage_sqlite {

struct WriterOptions {
  std::string path;
  Limits limits;
  Retention::Policy retention;
  std::function<Retention::Time()> now = [] { return std::chrono::steady_clock::now(); };
  // Runs on the writer's thread when writing begins to fail (why) and when it works again (ok).
  std::function<void(const Status&)> health;
};

class Writer {
 public:
  using TxnReply = UniqueFunction<void(Result<storage::TxnResponse>)>;
  using CompactReply = UniqueFunction<void(Result<std::int64_t>)>;

  // `connection` and `head` are those of the opened store.
  Writer(WriterOptions options, Connection connection, Head head, Feed& feed);
  ~Writer();  // stop()
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Every reply is called exactly once. kTooManyRequests when too much waits, kDraining after stop.
  void txn(storage::TxnRequest request, TxnReply reply);
  void compact(std::int64_t revision, CompactReply reply);
  void set_retention(Retention::Policy policy);
  // Looks at the clock now.
  void poke();
  // Does what waits, closes the file, runs `closed`, ends. Does not wait for it.
  void finish(UniqueFunction<void()> closed);
  // finish(), and waits for it.
  void stop();

  struct State {
    Head head;
    Status error;  // why the last attempt to write failed; ok: writable
  };
  State state() const;

 private:
  struct Pending {
    storage::TxnRequest request;
    TxnReply reply;
    Result<storage::TxnResponse> result{Code::kInternalError, "not done"};
    std::size_t bytes = 0;
  };
  struct PendingCompact {
    std::int64_t revision;
    CompactReply reply;
  };
  struct Work {
    std::vector<Pending> txns;
    std::vector<PendingCompact> compacts;
    bool stopping = false;
  };
  // The connection with everything prepared on it; made anew after an I/O error.
  struct Store;

  void run();
  Work wait(bool busy);
  bool ready_to_work(bool busy) const;
  Status ensure_store();
  void commit(std::vector<Pending>& group);
  Status commit_group(const std::vector<Pending*>& group);
  Status fail(Status why);
  Status execute(const std::vector<Pending*>& group, Head* head,
                 std::vector<RevisionPtr>* revisions);
  void answer(std::vector<PendingCompact>& requests);
  Status compact_to(std::int64_t revision);
  bool maintain();
  Status compaction_step();
  void note(const Head& head, const Status& error);
  std::optional<Retention::Time> deadline() const;

  const WriterOptions options_;
  Feed& feed_;
  // Of the thread:
  std::unique_ptr<Store> store_;
  Head head_;
  Retention retention_;
  Retention::Time last_commit_{};
  bool tried_idle_checkpoint_ = true;
  bool vacuum_due_ = true;
  bool maintenance_failed_ = false;  // tried again after the next commit

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::vector<Pending> txns_;
  std::vector<PendingCompact> compacts_;
  std::size_t waiting_bytes_ = 0;
  bool stopping_ = false;
  bool poked_ = false;
  std::optional<Retention::Policy> new_policy_;
  UniqueFunction<void()> closed_;
  State state_;

  std::thread thread_;
};

}  // namespace kubus::storage_sqlite
