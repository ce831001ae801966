#include "versions/event.h"

#include <google/protobuf/message.h>
#include <k8s/core/v1/event.pb.h>
#include <k8s/core/v1/reference.pb.h>
#include <k8s/events/v1/event.pb.h>

#include <utility>

#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

// What both call the same.
template <class From, class To>
void copy_event_parts(const From& from, To& to) {
  *to.mutable_metadata() = from.metadata();
  if (from.has_eventtime()) *to.mutable_eventtime() = from.eventtime();
  if (from.has_series()) {
    to.mutable_series()->set_count(from.series().count());
    if (from.series().has_lastobservedtime())
      *to.mutable_series()->mutable_lastobservedtime() = from.series().lastobservedtime();
  }
  if (from.has_reportinginstance()) to.set_reportinginstance(from.reportinginstance());
  if (from.has_action()) to.set_action(from.action());
  if (from.has_reason()) to.set_reason(from.reason());
  if (from.has_related()) *to.mutable_related() = from.related();
  if (from.has_type()) to.set_type(from.type());
}

}  // namespace

std::unique_ptr<Message> event_to_core(const Message& event) {
  const auto& from = static_cast<const events_v1::Event&>(event);
  auto to = std::make_unique<core_v1::Event>();
  copy_event_parts(from, *to);
  if (from.has_reportingcontroller()) to->set_reportingcomponent(from.reportingcontroller());
  if (from.has_regarding()) *to->mutable_involvedobject() = from.regarding();
  if (from.has_note()) to->set_message(from.note());
  if (from.has_deprecatedsource()) *to->mutable_source() = from.deprecatedsource();
  if (from.has_deprecatedfirsttimestamp())
    *to->mutable_firsttimestamp() = from.deprecatedfirsttimestamp();
  if (from.has_deprecatedlasttimestamp())
    *to->mutable_lasttimestamp() = from.deprecatedlasttimestamp();
  if (from.has_deprecatedcount()) to->set_count(from.deprecatedcount());
  return to;
}

std::unique_ptr<Message> event_of_core(const Message& core) {
  const auto& from = static_cast<const core_v1::Event&>(core);
  auto to = std::make_unique<events_v1::Event>();
  copy_event_parts(from, *to);
  if (from.has_reportingcomponent()) to->set_reportingcontroller(from.reportingcomponent());
  if (from.has_involvedobject()) *to->mutable_regarding() = from.involvedobject();
  if (from.has_message()) to->set_note(from.message());
  if (from.has_source()) *to->mutable_deprecatedsource() = from.source();
  if (from.has_firsttimestamp()) *to->mutable_deprecatedfirsttimestamp() = from.firsttimestamp();
  if (from.has_lasttimestamp()) *to->mutable_deprecatedlasttimestamp() = from.lasttimestamp();
  if (from.has_count()) to->set_deprecatedcount(from.count());
  return to;
}

std::string_view event_field_in_core(std::string_view field) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"regarding.kind", "involvedObject.kind"},
      {"regarding.namespace", "involvedObject.namespace"},
      {"regarding.name", "involvedObject.name"},
      {"regarding.uid", "involvedObject.uid"},
      {"regarding.apiVersion", "involvedObject.apiVersion"},
      {"regarding.resourceVersion", "involvedObject.resourceVersion"},
      {"regarding.fieldPath", "involvedObject.fieldPath"},
      {"reportingController", "reportingComponent"},
  };
  for (const auto& [here, there] : kNames)
    if (here == field) return there;
  return field;
}

}  // namespace kubus::apiserver
