#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/autoscaling/v1/horizontal_pod_autoscaler.pb.h>
#include <k8s/autoscaling/v1/scale.pb.h>
#include <k8s/autoscaling/v2/horizontal_pod_autoscaler.pb.h>
#include <k8s/policy/v1/pod_disruption_budget.pb.h>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

template <class Spec>
void check_bounds(const Spec& spec, const Path& path, ErrorList& errors) {
  if (spec.has_minreplicas() && spec.minreplicas() < 1) {
    errors.invalid(path.child("minReplicas"), spec.minreplicas(),
                   "must be greater than or equal to 1");
  }
  if (spec.maxreplicas() < 1) {
    errors.invalid(path.child("maxReplicas"), spec.maxreplicas(), "must be greater than 0");
  }
  if (spec.has_minreplicas() && spec.maxreplicas() < spec.minreplicas()) {
    errors.invalid(path.child("maxReplicas"), spec.maxreplicas(),
                   "must be greater than or equal to `minReplicas`");
  }
  const Path target = path.child("scaleTargetRef");
  if (spec.scaletargetref().kind().empty()) errors.required(target.child("kind"));
  if (spec.scaletargetref().name().empty()) errors.required(target.child("name"));
}

void check_scaler(const autoscaling_v2::HorizontalPodAutoscaler& object, ErrorList& errors) {
  const Path path("spec");
  check_bounds(object.spec(), path, errors);
  for (int i = 0; i < object.spec().metrics_size(); ++i) {
    const auto& metric = object.spec().metrics(i);
    const Path at = path.child("metrics").index(static_cast<std::size_t>(i));
    check_one_of(metric.type(), {"ContainerResource", "External", "Object", "Pods", "Resource"},
                 at.child("type"), errors);
    if (metric.type() != "Resource") continue;
    const auto& target = metric.resource().target();
    if (metric.resource().name().empty()) {
      errors.required(at.child("resource").child("name"), "must specify a resource name");
    }
    if (target.has_averageutilization() && target.averageutilization() < 1) {
      errors.invalid(at.child("resource").child("target").child("averageUtilization"),
                     target.averageutilization(), "must be greater than 0");
    }
  }
}

void check_scaler_v1(const autoscaling_v1::HorizontalPodAutoscaler& object, ErrorList& errors) {
  const Path path("spec");
  check_bounds(object.spec(), path, errors);
  if (object.spec().has_targetcpuutilizationpercentage() &&
      object.spec().targetcpuutilizationpercentage() < 1) {
    errors.invalid(path.child("targetCPUUtilizationPercentage"),
                   object.spec().targetcpuutilizationpercentage(), "must be greater than 0");
  }
}

void check_scale(const autoscaling_v1::Scale& object, ErrorList& errors) {
  check_non_negative(object.spec().replicas(), Path("spec").child("replicas"), errors);
}

void check_budget(const policy_v1::PodDisruptionBudget& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.has_minavailable() && spec.has_maxunavailable()) {
    errors.invalid_json(path, message_json(spec),
                        "minAvailable and maxUnavailable cannot be both set");
  }
  if (spec.has_minavailable()) {
    check_int_or_percent(spec.minavailable(), path.child("minAvailable"), errors);
    check_at_most_100_percent(spec.minavailable(), path.child("minAvailable"), errors);
  }
  if (spec.has_maxunavailable()) {
    check_int_or_percent(spec.maxunavailable(), path.child("maxUnavailable"), errors);
    check_at_most_100_percent(spec.maxunavailable(), path.child("maxUnavailable"), errors);
  }
  check_selector(spec.selector(), path.child("selector"), errors);
  if (spec.has_unhealthypodevictionpolicy()) {
    check_one_of(spec.unhealthypodevictionpolicy(), {"AlwaysAllow", "IfHealthyBudget"},
                 path.child("unhealthyPodEvictionPolicy"), errors);
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.autoscaling.v2.HorizontalPodAutoscaler",
     check_as<autoscaling_v2::HorizontalPodAutoscaler, check_scaler>},
    {"k8s.io.api.autoscaling.v1.HorizontalPodAutoscaler",
     check_as<autoscaling_v1::HorizontalPodAutoscaler, check_scaler_v1>},
    {"k8s.io.api.autoscaling.v1.Scale", check_as<autoscaling_v1::Scale, check_scale>},
    {"k8s.io.api.policy.v1.PodDisruptionBudget",
     check_as<policy_v1::PodDisruptionBudget, check_budget>},
};

}  // namespace

std::span<const Validator> autoscaling_validators() { return kValidators; }

}  // namespace kubus::apiserver
