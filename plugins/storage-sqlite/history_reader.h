// HistoryReader: pages of past revisions, for watchers that are behind what memory holds.
//
// Thread safety: none; it belongs to its connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kubus/status.h"
#include "kubus/storage.pb.h"
#include "schema.h"
#include "sqlite.h"

namespace kubus::storage_sqlite {

class KeyRange;
class RangeReader;

class HistoryReader {
 public:
  explicit HistoryReader(Connection& connection);

  struct Page {
    std::vector<storage::WatchResponse> responses;  // whole revisions, in order
    std::int64_t seen = 0;                          // everything up to here was looked at
  };
  // From revision `next` on, at most `limit` revisions with an event in `range`, fewer when they
  // are large or far apart. kExpired when `next` is compacted. The transaction is its own.
  Result<Page> read(const KeyRange& range, bool previous, std::int64_t next, std::size_t limit,
                    RangeReader& versions);

 private:
  Status walk(const KeyRange& range, bool previous, std::int64_t next, std::size_t limit,
              RangeReader& versions, Page* page);
  Status add_event(std::int64_t seq, bool previous, RangeReader& versions,
                   storage::WatchResponse* out);

  Connection& connection_;
  HeadTable head_;
  Statement rows_;
};

}  // namespace kubus::storage_sqlite
