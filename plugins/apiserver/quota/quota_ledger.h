// Keeps quotas exact while many write at once: what an object uses is written down in the quotas
// of its namespace in the same step of storage in which the object itself is written. Whoever
// counts again what there is takes from a quota what has gone; nothing here does.
//
// Thread safety: all members from any thread at once.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cache/cluster_cache.h"
#include "quota/charge.h"
#include "registry/storage_client.h"

namespace kubus::apiserver {

class QuotaLedger {
 public:
  explicit QuotaLedger(ClusterCache& cache);

  // The right to write: no other write that changes quotas of the namespace is under way while it
  // lives.
  class Turn {
   public:
    Turn(QuotaLedger& ledger, std::string ns, std::vector<QuotaUpdate> updates);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    // What has to be written along with the object.
    Companions puts() const;
    // It was, at that revision.
    void written(std::int64_t revision);

   private:
    QuotaLedger& ledger_;
    const std::string ns_;
    const std::vector<QuotaUpdate> updates_;
  };
  using TurnPtr = std::shared_ptr<Turn>;
  // Null: no quota changes, and nobody has to wait.
  using Go = UniqueFunction<void(Result<TurnPtr>)>;

  // `go` runs once, at once or when other writes have ended, on the thread of that. The objects
  // live until then.
  void enter(const Call& call, const Message& object, const Message* old, Go go);
  // Whether the write would be let through now.
  Status check(const Call& call, const Message& object, const Message* old);

 private:
  struct Waiting {
    const Call* call;
    const Message* object;
    const Message* old;
    Go go;
  };
  struct Book {
    bool busy = false;
    std::deque<Waiting> waiting;
    // As written here, which the cache may not know yet; by name.
    std::map<std::string, ObjectPtr> newest;
  };

  // The newest state of the namespace's quotas that is known.
  std::vector<ObjectPtr> quotas_in(const std::string& ns);
  // Whoever waits next, whose turn it is then; nobody: the namespace is free.
  std::optional<Waiting> next_of(const std::string& ns);
  void serve(std::optional<Waiting> next);

  ResourceCache& quotas_;
  std::mutex mutex_;
  std::map<std::string, Book> books_;  // by namespace
};

}  // namespace kubus::apiserver
