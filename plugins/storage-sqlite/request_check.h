// What makes a request acceptable before any of it is done.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>

#include "kubus/status.h"

namespace kubus::storage {
class RangeRequest;
class TxnRequest;
class WatchRequest;
}  // namespace kubus::storage

namespace kubus::storage_sqlite {

struct Head;

struct Limits {
  std::size_t operations = 1024;              // per branch of a transaction
  std::size_t value_bytes = 3 * 1024 * 1024;  // per value
};

Status check_range(const storage::RangeRequest& request);
// kInvalid for a key written twice, kRequestEntityTooLarge beyond `limits`.
Status check_txn(const storage::TxnRequest& request, const Limits& limits);
Status check_watch(const storage::WatchRequest& request);
// kExpired for what is compacted, kInvalid for what has not happened yet.
Status check_revision(std::int64_t revision, const Head& head);
Status expired(std::int64_t revision, std::int64_t compact_revision);

}  // namespace kubus::storage_sqlite
