#include <k8s/core/v1/event.pb.h>

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

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\v\f");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n\v\f") - begin + 1);
}

const std::string& first_of(const std::string& a, const std::string& b) {
  return a.empty() ? b : a;
}

// Who reports it, and from where.
std::string source_of(const core_v1::Event& event) {
  auto source = first_of(event.source().component(), event.reportingcomponent());
  const auto& host = first_of(event.source().host(), event.reportinginstance());
  return host.empty() ? source : source + ", " + host;
}

// A series counts for the whole; an event of the newer API that happened once has no count.
std::int64_t count_of(const core_v1::Event& event) {
  if (event.has_series()) return event.series().count();
  return event.count() == 0 ? 1 : event.count();
}

void print_event(const core_v1::Event& event, Cells& cells) {
  const auto& object = event.involvedobject();
  auto target = lower(object.kind());
  if (!object.name().empty()) target += "/" + object.name();
  const auto first = is_zero(event.firsttimestamp()) ? cells.since(event.eventtime())
                                                     : cells.since(event.firsttimestamp());
  const auto last = event.has_series() ? cells.since(event.series().lastobservedtime())
                    : is_zero(event.lasttimestamp()) ? first
                                                     : cells.since(event.lasttimestamp());
  cells.text(last);
  cells.text(event.type());
  cells.text(event.reason());
  cells.text(target);
  cells.text(object.fieldpath());
  cells.text(source_of(event));
  cells.text(trimmed(event.message()));
  cells.text(first);
  cells.number(count_of(event));
  cells.text(event.metadata().name());
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.core.v1.Event", kEventColumns, print_as<core_v1::Event, print_event>},
};

}  // namespace

std::span<const Printer> event_printers() { return kPrinters; }

}  // namespace kubus::apiserver
