#include <k8s/core/v1/event.pb.h>
#include <k8s/events/v1/event.pb.h>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kEventColumns[] = {
    {"Last Seen", "string", "Time since it happened last"},
    {"Type", "string", "Normal or Warning"},
    {"Reason", "string", "Short word for why it happened"},
    {"Object", "string", "Object that it happened to"},
    {"Subobject", "string", "Part of the object", "", 1},
    {"Source", "string", "Component that reports it", "", 1},
    {"Message", "string", "What happened"},
    {"First Seen", "string", "Time since it happened first", "", 1},
    {"Count", "string", "How often it happened", "", 1},
    {"Name", "string", "Name of the event itself", "name", 1},
};

// What both APIs of events say, under one set of names.
struct EventView {
  explicit EventView(const core_v1::ObjectReference& about) : object(about) {}

  std::string first_seen;
  std::string last_seen;
  std::int64_t count = 0;
  const core_v1::ObjectReference& object;
  std::string component;
  std::string host;
  std::string_view message;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\v\f");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n\v\f") - begin + 1);
}

const std::string& first_of(const std::string& a, const std::string& b) {
  return a.empty() ? b : a;
}

template <class Event>
void print_view(const Event& event, const EventView& view, Cells& cells) {
  std::string target = lower(view.object.kind());
  if (!view.object.name().empty()) target += "/" + view.object.name();
  std::string source = view.component;
  if (!view.host.empty()) source += ", " + view.host;
  cells.text(view.last_seen);
  cells.text(event.type());
  cells.text(event.reason());
  cells.text(target);
  cells.text(view.object.fieldpath());
  cells.text(source);
  cells.text(trimmed(view.message));
  cells.text(view.first_seen);
  cells.number(view.count);
  cells.text(event.metadata().name());
}

// A series counts for the whole; an event of the newer API that happened once has no count.
template <class Event>
void read_series(const Event& event, const Cells& cells, EventView& view) {
  if (event.has_series()) {
    view.last_seen = cells.since(event.series().lastobservedtime());
    view.count = event.series().count();
  } else if (view.count == 0) {
    view.count = 1;
  }
}

void print_core_event(const core_v1::Event& event, Cells& cells) {
  EventView view(event.involvedobject());
  view.first_seen = is_zero(event.firsttimestamp()) ? cells.since(event.eventtime())
                                                    : cells.since(event.firsttimestamp());
  view.last_seen =
      is_zero(event.lasttimestamp()) ? view.first_seen : cells.since(event.lasttimestamp());
  view.count = event.count();
  view.component = first_of(event.source().component(), event.reportingcomponent());
  view.host = first_of(event.source().host(), event.reportinginstance());
  view.message = event.message();
  read_series(event, cells, view);
  print_view(event, view, cells);
}

void print_event(const events_v1::Event& event, Cells& cells) {
  EventView view(event.regarding());
  view.first_seen = is_zero(event.deprecatedfirsttimestamp())
                        ? cells.since(event.eventtime())
                        : cells.since(event.deprecatedfirsttimestamp());
  view.last_seen = is_zero(event.deprecatedlasttimestamp())
                       ? view.first_seen
                       : cells.since(event.deprecatedlasttimestamp());
  view.count = event.deprecatedcount();
  view.component = first_of(event.deprecatedsource().component(), event.reportingcontroller());
  view.host = first_of(event.deprecatedsource().host(), event.reportinginstance());
  view.message = event.note();
  read_series(event, cells, view);
  print_view(event, view, cells);
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.core.v1.Event", kEventColumns, print_as<core_v1::Event, print_core_event>},
    {"k8s.io.api.events.v1.Event", kEventColumns, print_as<events_v1::Event, print_event>},
};

}  // namespace

std::span<const Printer> event_printers() { return kPrinters; }

}  // namespace kubus::apiserver
