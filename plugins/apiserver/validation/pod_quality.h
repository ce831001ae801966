// The quality-of-service class of a pod, which follows from what its containers ask for.
//
// Thread safety: pure function.
#pragma once

#include <string>

#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class PodSpec;
}

namespace kubus::apiserver {

// "Guaranteed", "Burstable" or "BestEffort".
std::string quality_of(const core_v1::PodSpec& spec);

}  // namespace kubus::apiserver
