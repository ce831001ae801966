// The conditions of a pod that its node sets. Thread safety: pure.
#pragma once

#include "pod_model.h"

namespace kubus::kubelet {

// Sets them in `status`, whose phase and container statuses are final, after those of others.
// `pod` is the last known object: a transition time is kept while the condition's status is.
// `resize_pending`: its containers have not what its object asks for.
void set_conditions(const core_v1::Pod& pod, bool sandbox_ready, bool resize_pending,
                    core_v1::PodStatus& status);

// Whether a regular container runs or has run.
bool any_regular_started(const core_v1::PodStatus& status);

}  // namespace kubus::kubelet
