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
void check_place(const std::string& space, const std::string& about, std::string_view object,
                 ErrorList& errors) {
  const bool fits = about.empty() ? space.empty() || space == "default" : about == space;
  if (!fits) {
    errors.invalid(Path(object).child("namespace"), about, "does not match event.namespace");
  }
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

void check_core_event(const core_v1::Event& event, ErrorList& errors) {
  check_place(event.metadata().namespace_(), event.involvedobject().namespace_(), "involvedObject",
              errors);
  if (is_zero(event.eventtime())) return;
  check_reporter(event.reportingcomponent(), Path("reportingComponent"), errors);
  check_text(event.reportinginstance(), true, kLongestName, Path("reportingInstance"), errors);
  check_text(event.action(), true, kLongestName, Path("action"), errors);
  check_text(event.reason(), true, kLongestName, Path("reason"), errors);
  check_text(event.message(), false, kLongestNote, Path("message"), errors);
}

void check_event(const events_v1::Event& event, ErrorList& errors) {
  check_place(event.metadata().namespace_(), event.regarding().namespace_(), "involvedObject",
              errors);
  if (is_zero(event.eventtime())) {
    errors.required(Path("eventTime"));
  } else {
    check_reporter(event.reportingcontroller(), Path("reportingController"), errors);
    check_text(event.reportinginstance(), true, kLongestName, Path("reportingInstance"), errors);
    check_text(event.action(), true, kLongestName, Path("action"), errors);
    check_text(event.reason(), true, kLongestName, Path("reason"), errors);
    check_text(event.note(), false, kLongestNote, Path("message"), errors);
  }
  if (event.type() != "Normal" && event.type() != "Warning") {
    errors.invalid(Path("type"), "", "has invalid value: " + event.type());
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.Event", nullptr, nullptr, check_as<core_v1::Event, check_core_event>},
    {"k8s.io.api.events.v1.Event", nullptr, nullptr, check_as<events_v1::Event, check_event>},
};

}  // namespace

std::span<const Validator> event_validators() { return kValidators; }

}  // namespace kubus::apiserver
