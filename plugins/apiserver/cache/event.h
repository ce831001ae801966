// What happened to one object, and who wants to know.
//
// Thread safety: events are immutable; a Watcher is called from the thread that applies changes,
// or the one that subscribes it, one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "cache/object.h"
#include "kubus/status.h"
#include "selector/field_selector.h"
#include "selector/label_selector.h"

namespace kubus::apiserver {

enum class EventType : std::uint8_t { kAdded, kModified, kDeleted, kBookmark, kError };

std::string_view event_name(EventType type);

// One change of a resource. A deletion's object is the last one with the deletion's revision.
struct Event {
  EventType type = EventType::kAdded;
  std::int64_t revision = 0;
  ObjectPtr object;
  ObjectPtr previous;  // null for an addition
};
using EventPtr = std::shared_ptr<const Event>;

// Which objects a list or a watch is about.
struct Filter {
  std::string ns;    // empty: all
  std::string name;  // empty: all
  LabelSelector labels;
  FieldSelector fields;

  bool selects_all() const {
    return ns.empty() && name.empty() && labels.empty() && fields.empty();
  }
  bool matches(const Object& object) const;
};

class Watcher {
 public:
  virtual ~Watcher() = default;
  // A change of what it watches by `filter`. As it stands, on_event() hears of it where the filter
  // selects the object, or did so before. Must not block, nor call the cache.
  virtual void on_change(const Event& event, const Filter& filter);
  // One change as this watcher sees it. Must not block, nor call the cache.
  virtual void on_event(EventType type, const ObjectPtr& object) = 0;
  // All changes up to `revision` have been delivered. `initial_end`: they were the initial state.
  virtual void on_bookmark(std::int64_t revision, bool initial_end) = 0;
  // No more will come: its place in history is lost.
  virtual void on_end(const Status& why) = 0;
};

}  // namespace kubus::apiserver
