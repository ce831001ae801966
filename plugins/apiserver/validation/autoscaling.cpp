#include "validation/autoscaling.h"

#include <k8s/autoscaling/v1/horizontal_pod_autoscaler.pb.h>
#include <k8s/autoscaling/v1/scale.pb.h>
#include <k8s/autoscaling/v2/horizontal_pod_autoscaler.pb.h>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::int32_t kLongestWindow = 3600;
constexpr std::int32_t kLongestPeriod = 1800;
constexpr std::string_view kAboveZero = "must be greater than zero";

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
  check_segment(spec.scaletargetref().kind(), target.child("kind"), errors);
  check_segment(spec.scaletargetref().name(), target.child("name"), errors);
}

void check_policies(const autoscaling_v2::HPAScalingRules& rules, const Path& path,
                    ErrorList& errors) {
  if (rules.policies().empty()) errors.required(path, "must specify at least one Policy");
  for (int i = 0; i < rules.policies_size(); ++i) {
    const auto& policy = rules.policies(i);
    const Path at = path.index(i);
    if (policy.type() != "Pods" && policy.type() != "Percent") {
      errors.not_supported(at.child("type"), policy.type(), {"Percent", "Pods"});
    }
    if (policy.value() <= 0) errors.invalid(at.child("value"), policy.value(), kAboveZero);
    if (policy.periodseconds() <= 0) {
      errors.invalid(at.child("periodSeconds"), policy.periodseconds(), kAboveZero);
    } else if (policy.periodseconds() > kLongestPeriod) {
      errors.invalid(at.child("periodSeconds"), policy.periodseconds(),
                     "must be less than or equal to 1800");
    }
  }
}

void check_rules(const autoscaling_v2::HPAScalingRules& rules, const Path& path,
                 ErrorList& errors) {
  const Path window = path.child("stabilizationWindowSeconds");
  const std::int32_t seconds = rules.stabilizationwindowseconds();
  if (seconds < 0) errors.invalid(window, seconds, "must be greater than or equal to zero");
  if (seconds > kLongestWindow) {
    errors.invalid(window, seconds, "must be less than or equal to 3600");
  }
  if (rules.has_selectpolicy() && rules.selectpolicy() != "Disabled" &&
      rules.selectpolicy() != "Max" && rules.selectpolicy() != "Min") {
    errors.not_supported(path.child("selectPolicy"), rules.selectpolicy(),
                         {"Disabled", "Max", "Min"});
  }
  check_policies(rules, path.child("policies"), errors);
  if (!rules.has_tolerance()) return;
  const QuantityValue tolerance = QuantityValue::of(rules.tolerance());
  if (tolerance.sign() < 0)
    errors.invalid(path.child("tolerance"), tolerance.to_string(),
                   "must be greater than or equal to 0");
}

// Nothing about pods can tell that the first one is needed.
void check_can_wake(bool from_zero, bool wakes, const Path& metrics, ErrorList& errors) {
  if (from_zero && !wakes)
    errors.forbidden(metrics,
                     "must specify at least one Object or External metric to support scaling to "
                     "zero replicas");
}

template <class Scaler>
void check_scaler_status(const Scaler& object, const Scaler& /*old*/, ErrorList& errors) {
  const Path path("status");
  check_non_negative(object.status().currentreplicas(), path.child("currentReplicas"), errors);
  check_non_negative(object.status().desiredreplicas(), path.child("desiredReplicas"), errors);
}

void check_scaler(const autoscaling_v2::HorizontalPodAutoscaler& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_bounds(spec, path, errors);
  bool wakes = false;
  for (int i = 0; i < spec.metrics_size(); ++i) {
    check_metric(spec.metrics(i), path.child("metrics").index(i), errors);
    wakes |= spec.metrics(i).type() == "Object" || spec.metrics(i).type() == "External";
  }
  check_can_wake(spec.has_minreplicas() && spec.minreplicas() == 0, wakes, path.child("metrics"),
                 errors);
  const auto& behavior = object.spec().behavior();
  const Path at = path.child("behavior");
  if (behavior.has_scaleup()) check_rules(behavior.scaleup(), at.child("scaleUp"), errors);
  if (behavior.has_scaledown()) check_rules(behavior.scaledown(), at.child("scaleDown"), errors);
}

void check_scaler_v1(const autoscaling_v1::HorizontalPodAutoscaler& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_bounds(spec, path, errors);
  // The one target that this version has a field for is a metric of the others, and is told of as
  // such; the rest of its metrics is in annotations.
  const Path metrics = path.child("metrics");
  if (spec.has_targetcpuutilizationpercentage() && spec.targetcpuutilizationpercentage() < 1) {
    errors.invalid(
        metrics.index(0).child("resource").child("target").child("averageUtilization"),
        spec.targetcpuutilizationpercentage(), "must be greater than 0");
  }
  const bool others =
      object.metadata().annotations().contains("autoscaling.alpha.kubernetes.io/metrics");
  check_can_wake(spec.has_minreplicas() && spec.minreplicas() == 0, others, metrics, errors);
}

void check_scale(const autoscaling_v1::Scale& object, ErrorList& errors) {
  check_non_negative(object.spec().replicas(), Path("spec").child("replicas"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.autoscaling.v2.HorizontalPodAutoscaler",
     check_as<autoscaling_v2::HorizontalPodAutoscaler, check_scaler>, nullptr, nullptr,
     compare_as<autoscaling_v2::HorizontalPodAutoscaler,
                check_scaler_status<autoscaling_v2::HorizontalPodAutoscaler>>},
    {"k8s.io.api.autoscaling.v1.HorizontalPodAutoscaler",
     check_as<autoscaling_v1::HorizontalPodAutoscaler, check_scaler_v1>, nullptr, nullptr,
     compare_as<autoscaling_v1::HorizontalPodAutoscaler,
                check_scaler_status<autoscaling_v1::HorizontalPodAutoscaler>>},
    {"k8s.io.api.autoscaling.v1.Scale", check_as<autoscaling_v1::Scale, check_scale>},
};

}  // namespace

std::span<const Validator> autoscaling_validators() { return kValidators; }

}  // namespace kubus::apiserver
