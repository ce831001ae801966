#include "kubus/disruption.h"

#include <k8s/policy/v1/pod_disruption_budget.pb.h>

#include <algorithm>
#include <string>

namespace kubus {

void set_disruption_condition(k8s::io::api::policy::v1::PodDisruptionBudgetStatus& status,
                              const DisruptionFinding& finding, SystemTime now) {
  auto& conditions = *status.mutable_conditions();
  const auto found = std::find_if(conditions.begin(), conditions.end(),
                                  [](const auto& one) { return one.type() == kDisruptionAllowed; });
  auto& condition = found == conditions.end() ? *conditions.Add() : *found;
  const char* word = finding.allowed ? "True" : "False";
  if (condition.status() != word) set_time(*condition.mutable_lasttransitiontime(), now);
  condition.set_type(std::string(kDisruptionAllowed));
  condition.set_status(word);
  condition.set_reason(std::string(finding.reason));
  condition.set_message(std::string(finding.message));
  condition.clear_observedgeneration();
  if (status.observedgeneration() > 0)
    condition.set_observedgeneration(status.observedgeneration());
}

void note_disruptions_allowed(k8s::io::api::policy::v1::PodDisruptionBudgetStatus& status,
                              SystemTime now) {
  const bool allowed = status.disruptionsallowed() > 0;
  set_disruption_condition(
      status, {allowed, allowed ? "SufficientPods" : "InsufficientPods", std::string_view()}, now);
}

}  // namespace kubus
