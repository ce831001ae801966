#include "cache/event.h"

#include <google/protobuf/message.h>

namespace kubus::apiserver {
namespace {

// Fields that are not simply the JSON at their path: the object is decoded for them.
bool needs_decoding(std::string_view field) {
  return field == "status.podIPs" || field == "source" || field == "status.successful" ||
         field == "reportingComponent";
}

// Absent values of these types read as their zero.
std::string zero_of(std::string_view field) {
  if (field == "spec.hostNetwork" || field == "spec.unschedulable") return "false";
  if (field == "status.replicas") return "0";
  return {};
}

}  // namespace

std::string_view event_name(EventType type) {
  switch (type) {
    case EventType::kAdded:
      return "ADDED";
    case EventType::kModified:
      return "MODIFIED";
    case EventType::kDeleted:
      return "DELETED";
    case EventType::kBookmark:
      return "BOOKMARK";
    case EventType::kError:
      break;
  }
  return "ERROR";
}

bool Filter::matches(const Object& object) const {
  if (!ns.empty() && object.ns() != ns) return false;
  if (!name.empty() && object.name() != name) return false;
  if (!labels.empty() && !labels.matches(object.labels())) return false;
  if (fields.empty()) return true;
  for (const auto& term : fields.terms())
    if (needs_decoding(term.field)) return fields.matches(*object.decode());
  return fields.matches_values([&](std::string_view field) {
    auto value = object.field(field);
    return value.empty() ? zero_of(field) : value;
  });
}

void Watcher::on_change(const Event& event, const Filter& filter) {
  if (filter.selects_all()) return on_event(event.type, event.object);
  const bool now = event.type != EventType::kDeleted && filter.matches(*event.object);
  const bool before = event.previous && filter.matches(*event.previous);
  if (now) return on_event(before ? EventType::kModified : EventType::kAdded, event.object);
  if (!before) return;
  // It left the selection: the watcher sees what it knew, at the revision of the change.
  on_event(EventType::kDeleted, event.type == EventType::kDeleted
                                    ? event.object
                                    : event.previous->with_revision(event.revision));
}

}  // namespace kubus::apiserver
