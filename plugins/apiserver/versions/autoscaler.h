// HorizontalPodAutoscalers of autoscaling/v1 and v2.
//
// Thread safety: pure functions.
//
// What v1 has no fields for, it carries in annotations.
#pragma once

#include <memory>

#include "kubus/object.h"

namespace kubus::apiserver {

std::unique_ptr<Message> autoscaler_to_v1(const Message& v2);
std::unique_ptr<Message> autoscaler_to_v2(const Message& v1);

}  // namespace kubus::apiserver
