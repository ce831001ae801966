#include <k8s/core/v1/event.pb.h>
#include <k8s/core/v1/reference.pb.h>
#include <k8s/events/v1/event.pb.h>

#include "kubus/api/time.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestNote = 1024;

// An event is where the object is that it is about; those of the cluster are in "default".
void check_place(const std::string& space, const std::string& about, bool timed,
                 ErrorList& errors) {
  const bool of_cluster = space == "default" || (timed ? space == "kube-system" : space.empty());
  const bool fits = about.empty() ? of_cluster : timed || about == space;
  if (!fits)
    errors.invalid(Path("involvedObject").child("namespace"), about,
                   "does not match event.namespace");
}

void check_text(const std::string& text, bool needed, std::size_t longest, const Path& path,
                ErrorList& errors) {
  if (needed && text.empty()) errors.required(path);
  if (text.size() > longest) {
    errors.invalid(path, "", "can have at most " + std::to_string(longest) + " characters");
  }
}

void check_reporter(const std::string& name, const Path& path, ErrorList& errors) {
  if (name.empty()) errors.required(path);
  errors.invalid_each(path, name, check_qualified_name(name));
}

// What both groups ask of an event, under the names that each has for it.
template <class Event>
void check_said(const Event& event, const core_v1::ObjectReference& about,
                const std::string& reporter, const char* reporter_field, const std::string& note,
                ErrorList& errors) {
  const bool timed = !is_zero(event.eventtime());
  check_place(event.metadata().namespace_(), about.namespace_(), timed, errors);
  if (!timed) return;
  check_reporter(reporter, Path(reporter_field), errors);
  check_text(event.reportinginstance(), true, kLongestName, Path("reportingInstance"), errors);
  check_text(event.action(), true, kLongestName, Path("action"), errors);
  check_text(event.reason(), true, kLongestName, Path("reason"), errors);
  check_text(note, false, kLongestNote, Path("message"), errors);
}

void check_core_event(const core_v1::Event& event, ErrorList& errors) {
  check_said(event, event.involvedobject(), event.reportingcomponent(), "reportingComponent",
             event.message(), errors);
}

void check_event(const events_v1::Event& event, ErrorList& errors) {
  check_said(event, event.regarding(), event.reportingcontroller(), "reportingController",
             event.note(), errors);
}

void check_series(const events_v1::EventSeries& series, ErrorList& errors) {
  if (series.count() < 2) errors.invalid(Path("series.count"), "", "should be at least 2");
  if (is_zero(series.lastobservedtime())) errors.required(Path("series.lastObservedTime"));
}

// What only events of former times have.
void check_unset(bool unset, const char* field, ErrorList& errors) {
  if (!unset) errors.invalid(Path(field), "", "needs to be unset");
}

void check_new_event(const events_v1::Event& event, ErrorList& errors) {
  if (event.has_series()) check_series(event.series(), errors);
  if (is_zero(event.eventtime())) errors.required(Path("eventTime"));
  if (event.type() != "Normal" && event.type() != "Warning")
    errors.invalid(Path("type"), "", "has invalid value: " + event.type());
  check_unset(is_zero(event.deprecatedfirsttimestamp()), "firstTimestamp", errors);
  check_unset(is_zero(event.deprecatedlasttimestamp()), "lastTimestamp", errors);
  check_unset(event.deprecatedcount() == 0, "count", errors);
  check_unset(event.deprecatedsource().component().empty() &&
                  event.deprecatedsource().host().empty(),
              "source", errors);
}

// Only the series goes on.
void compare_events(const events_v1::Event& event, const events_v1::Event& old,
                    ErrorList& errors) {
  check_immutable(event.regarding(), old.regarding(), Path("involvedObject"), errors);
  check_immutable(event.reason(), old.reason(), Path("reason"), errors);
  check_immutable(event.note(), old.note(), Path("message"), errors);
  check_immutable(event.deprecatedsource(), old.deprecatedsource(), Path("source"), errors);
  check_immutable(event.deprecatedfirsttimestamp(), old.deprecatedfirsttimestamp(),
                  Path("firstTimestamp"), errors);
  check_immutable(event.deprecatedlasttimestamp(), old.deprecatedlasttimestamp(),
                  Path("lastTimestamp"), errors);
  if (event.deprecatedcount() != old.deprecatedcount())
    errors.invalid(Path("count"), event.deprecatedcount(), std::string(kImmutable));
  check_immutable(event.type(), old.type(), Path("type"), errors);
  check_immutable(event.eventtime(), old.eventtime(), Path("eventTime"), errors);
  check_immutable(event.action(), old.action(), Path("action"), errors);
  check_immutable(event.related(), old.related(), Path("related"), errors);
  check_immutable(event.reportingcontroller(), old.reportingcontroller(),
                  Path("reportingController"), errors);
  check_immutable(event.reportinginstance(), old.reportinginstance(), Path("reportingInstance"),
                  errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.Event", check_as<core_v1::Event, check_core_event>},
    {"k8s.io.api.events.v1.Event", check_as<events_v1::Event, check_event>,
     compare_as<events_v1::Event, compare_events>, check_as<events_v1::Event, check_new_event>},
};

}  // namespace

std::span<const Validator> event_validators() { return kValidators; }

}  // namespace kubus::apiserver
