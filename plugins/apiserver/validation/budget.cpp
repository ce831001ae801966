#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/policy/v1/pod_disruption_budget.pb.h>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

void check_budget(const policy_v1::PodDisruptionBudget& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.has_minavailable() && spec.has_maxunavailable()) {
    errors.invalid_json(path, internal_json(spec),
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
  const std::string& policy = spec.unhealthypodevictionpolicy();
  if (spec.has_unhealthypodevictionpolicy() && policy != "AlwaysAllow" &&
      policy != "IfHealthyBudget") {
    errors.not_supported(path.child("unhealthyPodEvictionPolicy"), policy,
                         {"AlwaysAllow", "IfHealthyBudget"});
  }
}

void check_budget_status(const policy_v1::PodDisruptionBudget& object,
                         const policy_v1::PodDisruptionBudget& /*old*/, ErrorList& errors) {
  const Path path("status");
  const auto& status = object.status();
  check_condition_list(status.conditions(), path.child("conditions"), errors);
  check_non_negative(status.disruptionsallowed(), path.child("disruptionsAllowed"), errors);
  check_non_negative(status.currenthealthy(), path.child("currentHealthy"), errors);
  check_non_negative(status.desiredhealthy(), path.child("desiredHealthy"), errors);
  check_non_negative(status.expectedpods(), path.child("expectedPods"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.policy.v1.PodDisruptionBudget",
     check_as<policy_v1::PodDisruptionBudget, check_budget>, nullptr, nullptr,
     compare_as<policy_v1::PodDisruptionBudget, check_budget_status>},
};

}  // namespace

std::span<const Validator> budget_validators() { return kValidators; }

}  // namespace kubus::apiserver
