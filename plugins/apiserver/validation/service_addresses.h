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

bool is_headless(const core_v1::ServiceSpec& spec);
void check_cluster_addresses(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors);
// What a Service was given it keeps, until it is of one family in place of two.
void check_address_change(const core_v1::ServiceSpec& now, const core_v1::ServiceSpec& before,
                          ErrorList& errors);

}  // namespace kubus::apiserver
