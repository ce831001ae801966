// EventRecorder: Events about objects, as `kubectl describe` shows them.
//
// Thread safety: all members from any thread; they return at once and never fail: an event that
// cannot be stored is logged. Repeated events are counted in one object, and a source that repeats
// itself too fast is quieted, as the reference's recorder does.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kubus/object.h"

namespace kubus {

class Context;

class EventRecorder {
 public:
  // `component` is the source shown ("deployment-controller"); `host` its node, if any.
  EventRecorder(Context& context, std::string component, std::string host = "");
  ~EventRecorder();

  void normal(const Message& about, std::string_view reason, std::string_view message);
  void warning(const Message& about, std::string_view reason, std::string_view message);
  // About a part of the object, e.g. "spec.containers{web}".
  void record(const Message& about, std::string_view field_path, std::string_view type,
              std::string_view reason, std::string_view message);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus
