// Defaulters: functions that complete one message of a type, wherever in an object it stands.
//
// Thread safety: constant tables of pure functions.
#pragma once

#include <google/protobuf/message.h>

#include <span>
#include <string_view>

#include "kubus/api/types.h"

namespace kubus::apiserver {

struct Defaulter {
  std::string_view type;  // full name of the message
  // Called before the messages within are visited.
  void (*apply)(google::protobuf::Message& message);
};

// Adapts a defaulter of one message type.
template <class T, void (*kApply)(T&)>
void default_as(google::protobuf::Message& message) {
  kApply(static_cast<T&>(message));
}

std::span<const Defaulter> pod_defaulters();
std::span<const Defaulter> volume_defaulters();
std::span<const Defaulter> core_defaulters();
std::span<const Defaulter> service_defaulters();
std::span<const Defaulter> workload_defaulters();
std::span<const Defaulter> batch_defaulters();
std::span<const Defaulter> autoscaling_defaulters();
std::span<const Defaulter> storage_defaulters();
std::span<const Defaulter> admission_defaulters();
std::span<const Defaulter> system_defaulters();
std::span<const Defaulter> amount_defaulters();

}  // namespace kubus::apiserver
