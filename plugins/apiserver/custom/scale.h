// The scale of a custom object: the numbers at the paths that its definition names.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/autoscaling/v1/scale.pb.h>

#include "custom/kind.h"
#include "kubus/status.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// All of them for a kind with a scale.

void read_custom_scale(const CustomObject& object, const CustomKind& kind,
                       autoscaling_v1::Scale& scale);
// kInternalError for an object that says nothing of its replicas: there is no scale to be read.
Status check_has_replicas(const CustomObject& object, const CustomKind& kind);
// What is wrong with the values at the places that the definition names.
void check_scale_values(const boost::json::object& tree, const CustomScale& scale,
                        ErrorList& errors);
// The path as the definition has it: ".spec.replicas".
std::string path_text(const std::vector<std::string>& names);
void set_custom_replicas(CustomObject& object, const CustomKind& kind, std::int32_t replicas);
// A tree with nothing but `value` at the place of the replicas.
boost::json::object at_replicas(const CustomKind& kind, boost::json::value value);

}  // namespace kubus::apiserver
