#include "watch/watch_request.h"

#include "registry/list_query.h"

namespace kubus::apiserver {
namespace {

Status forbidden(const Call& call, const char* field, const std::string& why) {
  return errors::invalid({call.resource->group, "ListOptions", ""},
                         {{"FieldValueForbidden", "Forbidden: " + why, field}});
}

Status check_initial_events(const Call& call) {
  const auto match = call.query.get("resourceVersionMatch");
  if (!call.query.has("sendInitialEvents")) {
    if (match.empty()) return {};
    return forbidden(call, "resourceVersionMatch",
                     "resourceVersionMatch is forbidden for watch unless sendInitialEvents is "
                     "provided");
  }
  if (match != "NotOlderThan")
    return forbidden(call, "resourceVersionMatch",
                     "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  return {};
}

}  // namespace

Result<WatchRequest> read_watch(const Call& call) {
  WatchRequest watch;
  auto filter = read_filter(call);
  if (!filter.ok()) return filter.status();
  watch.filter = std::move(*filter);
  KUBUS_TRY(check_initial_events(call));
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
  watch.await = *revision;
  if (const auto seconds = call.query.number("timeoutSeconds"); seconds && *seconds > 0)
    watch.timeout = std::chrono::seconds(*seconds);
  return watch;
}

}  // namespace kubus::apiserver
