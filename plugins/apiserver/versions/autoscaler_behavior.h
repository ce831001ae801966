// The behavior of a HorizontalPodAutoscaler as an annotation of autoscaling/v1 holds it.
//
// Thread safety: pure functions.
//
// Its JSON has the names of Go's fields, because the reference writes its own internal type.
#pragma once

#include <k8s/autoscaling/v2/horizontal_pod_autoscaler.pb.h>

#include <optional>
#include <string>
#include <string_view>

#include "kubus/api/types.h"

namespace kubus::apiserver {

std::string behavior_json(const autoscaling_v2::HorizontalPodAutoscalerBehavior& behavior);
// Nothing for what is no behavior, or an empty one.
std::optional<autoscaling_v2::HorizontalPodAutoscalerBehavior> read_behavior(std::string_view json);

}  // namespace kubus::apiserver
