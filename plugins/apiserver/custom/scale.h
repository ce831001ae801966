// The scale of a custom object: the numbers at the paths that its definition names.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/autoscaling/v1/scale.pb.h>

#include "custom/kind.h"

namespace kubus::apiserver {

// Both for a kind with a scale.
void read_custom_scale(const CustomObject& object, const CustomKind& kind,
                       autoscaling_v1::Scale& scale);
void set_custom_replicas(CustomObject& object, const CustomKind& kind, std::int32_t replicas);
// A tree with nothing but `value` at the place of the replicas.
boost::json::object at_replicas(const CustomKind& kind, boost::json::value value);

}  // namespace kubus::apiserver
