// Revision: what one committed transaction changed, as watchers get it.
//
// Thread safety: immutable once published; shared by the feed and every reader of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kubus/storage.pb.h"

namespace kubus::storage_sqlite {

struct Revision {
  std::int64_t number = 0;
  std::vector<storage::WatchEvent> events;
  // Whether events carry what they replaced; if not, only history can tell.
  bool with_previous = false;
  std::size_t bytes = 0;
};

using RevisionPtr = std::shared_ptr<const Revision>;

}  // namespace kubus::storage_sqlite
