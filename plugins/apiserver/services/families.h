// Which address families a Service has, given what its user asked for and what the cluster has.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace k8s::io::api::core::v1 {
class ServiceSpec;
}

namespace kubus::apiserver {

// Completes ipFamilyPolicy and ipFamilies, which have been checked by themselves, as the reference
// does. `old` is null for a creation; `cluster` are the families of the cluster, the preferred one
// first. kInvalid, in the reference's words, for what cannot be had.
Status settle_families(const std::string& name, core_v1::ServiceSpec& spec,
                       const core_v1::ServiceSpec* old, const std::vector<std::string>& cluster);

}  // namespace kubus::apiserver
