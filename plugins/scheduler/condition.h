// The PodScheduled condition of a pod without a node.
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "kubus/api/time.h"
#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class Pod;
}

namespace kubus::scheduler {

// A strategic merge patch of the status; empty when the pod says so already.
std::string unscheduled_patch(const core_v1::Pod& pod, const std::string& reason,
                              const std::string& message, SystemTime now);

}  // namespace kubus::scheduler
