// The cluster addresses of services and their families.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::core::v1 {
class ServiceSpec;
}

namespace kubus::apiserver {

void check_cluster_addresses(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
