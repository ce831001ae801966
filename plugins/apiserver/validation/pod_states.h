// What may become of containers that have ended.
//
// Thread safety: pure function.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// A container whose pod, or who itself, says that it is not started again stays ended.
void check_container_states(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors);

}  // namespace kubus::apiserver
