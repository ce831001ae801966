// Events of events.k8s.io/v1, which are those of the core group under other names.
//
// Thread safety: pure functions.
#pragma once

#include <memory>
#include <string_view>

#include "kubus/object.h"

namespace kubus::apiserver {

std::unique_ptr<Message> event_to_core(const Message& event);
std::unique_ptr<Message> event_of_core(const Message& core);
// What the core group calls a field that events are selected by.
std::string_view event_field_in_core(std::string_view field);

}  // namespace kubus::apiserver
