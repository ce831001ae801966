// What an autoscaler looks at.
//
// Thread safety: pure function. It adds what it finds to the errors.
#pragma once

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::autoscaling::v2 {
class MetricSpec;
}

namespace kubus::apiserver {

void check_metric(const autoscaling_v2::MetricSpec& metric, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
