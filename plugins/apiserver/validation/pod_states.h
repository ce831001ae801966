// What the status of a pod, and what containers that have ended, may become.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// A container whose pod, or who itself, says that it is not started again stays ended.
void check_container_states(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors);
// All of it, on an update of the status.
void check_pod_status(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors);

}  // namespace kubus::apiserver
