// What the containers of a pod ask for, all together.
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "defaults/amounts.h"
#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class PodSpec;
}

namespace kubus::apiserver {

// Whether a pod as a whole can ask for it.
bool is_pod_resource(const std::string& name);
// At the worst time: while the pod starts, or when it runs.
Amounts requests_of_containers(const core_v1::PodSpec& spec);

}  // namespace kubus::apiserver
