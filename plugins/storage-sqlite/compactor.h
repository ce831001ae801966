// Compactor: removes the versions that compaction has made unreachable, a bounded batch at a time.
//
// Thread safety: none; it belongs to the writer's thread and connection.
//
// The compacted revision is recorded first; from then on nobody reads what this removes. How far
// the removal has come is recorded with each batch, so it continues after a restart.
#pragma once

#include "kubus/status.h"
#include "schema.h"
#include "sqlite.h"

namespace kubus::storage_sqlite {

class Compactor {
 public:
  explicit Compactor(Connection& connection);

  static bool pending(const Head& head) {
    return head.compacted_seq < first_seq(head.compact_revision + 1) - 1;
  }
  // Looks at up to `rows` versions; the caller holds a transaction and writes `head` with it.
  Status step(int rows, Head* head);

 private:
  Statement region_;
  Statement forget_version_;
  Statement forget_key_;
};

}  // namespace kubus::storage_sqlite
