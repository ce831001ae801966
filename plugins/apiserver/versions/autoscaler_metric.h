// Metrics of HorizontalPodAutoscalers: v1 writes flat what v2 groups in targets and values.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/autoscaling/v1/metric.pb.h>
#include <k8s/autoscaling/v2/metric.pb.h>

#include "kubus/api/types.h"

namespace kubus::apiserver {

autoscaling_v1::MetricSpec metric_to_v1(const autoscaling_v2::MetricSpec& v2);
autoscaling_v2::MetricSpec metric_to_v2(const autoscaling_v1::MetricSpec& v1);
autoscaling_v1::MetricStatus metric_to_v1(const autoscaling_v2::MetricStatus& v2);
autoscaling_v2::MetricStatus metric_to_v2(const autoscaling_v1::MetricStatus& v1);

}  // namespace kubus::apiserver
