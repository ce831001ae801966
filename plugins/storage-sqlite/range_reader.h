// RangeReader: answers Range on one connection, for now and for an earlier revision.
//
// Thread safety: none; it belongs to its connection. The caller holds a transaction, so that `head`
// and the rows are of one moment.
#pragma once

#include <cstdint>

#include "kubus/status.h"
#include "sqlite.h"

namespace kubus::storage {
class KeyValue;
class RangeRequest;
class RangeResponse;
}  // namespace kubus::storage

namespace kubus::storage_sqlite {

class KeyRange;
struct Head;

class RangeReader {
 public:
  explicit RangeReader(Connection& connection);

  Result<storage::RangeResponse> read(const storage::RangeRequest& request, const Head& head);
  // Fills `out` with version `seq` and its key; false when it is not there or is a deletion.
  Result<bool> version(std::int64_t seq, storage::KeyValue* out);

 private:
  Status read_now(const storage::RangeRequest& request, const KeyRange& range,
                  storage::RangeResponse* out);
  Status read_at(const storage::RangeRequest& request, const KeyRange& range,
                 storage::RangeResponse* out);
  // Walks from version `seq` back to the one that was valid at `revision`; 0 when there was none.
  Result<std::int64_t> version_at(std::int64_t seq, std::int64_t revision);

  Statement count_;
  Statement keys_;
  Statement values_;
  Statement index_;
  Statement version_;
  Statement link_;
};

}  // namespace kubus::storage_sqlite
