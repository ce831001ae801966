#include "upkeep.h"

#include <sqlite3.h>

namespace kubus::storage_sqlite {
namespace {

constexpr int kLogPages = 1000;
constexpr std::int64_t kShrinkFrom = 2048;  // free pages; fewer are kept for what comes
constexpr std::int64_t kShrinkTo = 512;

}  // namespace

Upkeep::Upkeep(Connection& connection) : connection_(connection), next_checkpoint_(kLogPages) {
  sqlite3_wal_hook(
      connection.handle(),
      [](void* frames, sqlite3*, const char*, int pages) {
        *static_cast<int*>(frames) = pages;
        return SQLITE_OK;
      },
      &frames_);
}

Upkeep::~Upkeep() { sqlite3_wal_hook(connection_.handle(), nullptr, nullptr); }

Status Upkeep::checkpoint(bool idle) {
  if (frames_ == 0 || (!idle && frames_ < next_checkpoint_)) return {};
  int in_log = 0;
  int copied = 0;
  const int rc = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                           &in_log, &copied);
  next_checkpoint_ = frames_ + kLogPages;
  if (rc != SQLITE_OK && rc != SQLITE_BUSY)
    return sqlite_failure(connection_.handle(), rc, "checkpoint");
  if (copied == in_log) {
    // The next commit starts the log from its beginning.
    frames_ = 0;
    next_checkpoint_ = kLogPages;
  }
  return {};
}

Result<bool> Upkeep::vacuum() {
  auto free_pages = connection_.integer("PRAGMA freelist_count");
  if (!free_pages.ok()) return free_pages.status();
  auto pages = connection_.integer("PRAGMA page_count");
  if (!pages.ok()) return pages.status();
  if (!shrinking_) shrinking_ = *free_pages > kShrinkFrom && *free_pages > *pages / 4;
  if (!shrinking_) return false;
  KUBUS_TRY(connection_.exec("PRAGMA incremental_vacuum(128)"));
  shrinking_ = *free_pages - 128 > kShrinkTo;
  return shrinking_;
}

}  // namespace kubus::storage_sqlite
