#include <k8s/autoscaling/v1/horizontal_pod_autoscaler.pb.h>
#include <k8s/autoscaling/v2/horizontal_pod_autoscaler.pb.h>

#include "defaults/defaulter.h"

namespace kubus::apiserver {
namespace {

constexpr std::int32_t kCpuPercent = 80;
constexpr std::int32_t kPolicySeconds = 15;

void add_policy(autoscaling_v2::HPAScalingRules& rules, const char* type, std::int32_t value) {
  auto& policy = *rules.add_policies();
  policy.set_type(type);
  policy.set_value(value);
  policy.set_periodseconds(kPolicySeconds);
}

void default_behavior(autoscaling_v2::HorizontalPodAutoscalerBehavior& behavior) {
  autoscaling_v2::HPAScalingRules& up = *behavior.mutable_scaleup();
  if (!up.has_stabilizationwindowseconds()) up.set_stabilizationwindowseconds(0);
  if (!up.has_selectpolicy()) up.set_selectpolicy("Max");
  if (up.policies().empty()) {
    add_policy(up, "Pods", 4);
    add_policy(up, "Percent", 100);
  }
  autoscaling_v2::HPAScalingRules& down = *behavior.mutable_scaledown();
  if (!down.has_selectpolicy()) down.set_selectpolicy("Max");
  if (down.policies().empty()) add_policy(down, "Percent", 100);
}

void default_scaler(autoscaling_v2::HorizontalPodAutoscaler& object) {
  auto& spec = *object.mutable_spec();
  if (!spec.has_minreplicas()) spec.set_minreplicas(1);
  if (spec.metrics().empty()) {
    auto& metric = *spec.add_metrics();
    metric.set_type("Resource");
    metric.mutable_resource()->set_name("cpu");
    metric.mutable_resource()->mutable_target()->set_type("Utilization");
    metric.mutable_resource()->mutable_target()->set_averageutilization(kCpuPercent);
  }
  if (spec.has_behavior()) default_behavior(*spec.mutable_behavior());
}

void default_scaler_v1(autoscaling_v1::HorizontalPodAutoscaler& object) {
  auto& spec = *object.mutable_spec();
  if (!spec.has_minreplicas()) spec.set_minreplicas(1);
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.autoscaling.v2.HorizontalPodAutoscaler",
     default_as<autoscaling_v2::HorizontalPodAutoscaler, default_scaler>},
    {"k8s.io.api.autoscaling.v1.HorizontalPodAutoscaler",
     default_as<autoscaling_v1::HorizontalPodAutoscaler, default_scaler_v1>},
};

}  // namespace

std::span<const Defaulter> autoscaling_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
