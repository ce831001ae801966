#include "watch/watch_request.h"

#include <algorithm>

#include "registry/list_query.h"
#include "request/number.h"

namespace kubus::apiserver {
namespace {

// A timer counts in nanoseconds: what does not fit it must not be asked of it.
constexpr std::int64_t kLongestSeconds = 365 * 24 * 3600;

}  // namespace

Result<WatchRequest> read_watch(const Call& call) {
  WatchRequest watch;
  auto filter = read_filter(call);
  if (!filter.ok()) return filter.status();
  watch.filter = std::move(*filter);
  const auto seconds = read_number(call.query, "timeoutSeconds");
  if (!seconds.ok()) return seconds.status();
  if (const auto limit = read_number(call.query, "limit"); !limit.ok()) return limit.status();
  KUBUS_TRY(check_options(call.query, true));
  const auto revision = wanted_revision(call);
  if (!revision.ok()) return revision.status();
  auto& start = watch.start;
  start.bookmarks = call.query.flag("allowWatchBookmarks");
  using From = WatchStart::From;
  if (call.query.has("sendInitialEvents")) {
    const bool initial = call.query.flag("sendInitialEvents");
    start.initial_bookmark = initial && start.bookmarks;
    start.from = initial ? From::kState : *revision > 0 ? From::kRevision : From::kNow;
  } else {
    start.from = *revision > 0 ? From::kRevision : From::kState;
  }
  start.revision = *revision;
  if (start.from == From::kState) watch.await = *revision;
  if (seconds->value_or(0) > 0)
    watch.timeout = std::chrono::seconds(std::min(**seconds, kLongestSeconds));
  return watch;
}

}  // namespace kubus::apiserver
