// The parameters of a watch.
//
// Thread safety: free functions.
#pragma once

#include <chrono>
#include <optional>

#include "registry/call.h"

namespace kubus::apiserver {

struct WatchRequest {
  Filter filter;
  WatchStart start;
  std::int64_t await = 0;  // for the state: the cache must have got here first
  std::optional<std::chrono::seconds> timeout;
};

Result<WatchRequest> read_watch(const Call& call);

}  // namespace kubus::apiserver
