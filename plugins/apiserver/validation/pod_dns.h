// How the containers of a pod find names.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include "validation/pod_spec.h"

namespace kubus::apiserver {

void check_dns_config(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);
void check_host_aliases(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
