#include "budget.h"

#include <kubus/api/int_or_string.h>
#include <kubus/disruption.h>
#include <kubus/object.h>
#include <kubus/workload.h>

#include <algorithm>

namespace kubus::disruption {
namespace {

constexpr const char* kTarget = "DisruptionTarget";

}  // namespace

bool covers(const PodDisruptionBudget& budget, const core_v1::Pod& pod) {
  if (budget.metadata().namespace_() != pod.metadata().namespace_()) return false;
  if (!budget.spec().has_selector()) return false;
  const auto selector = LabelMatcher::make(budget.spec().selector());
  return selector.ok() && selector->matches(pod.metadata().labels());
}

Disrupted still_disrupted(const PodDisruptionBudget& budget, const Pods& pods, SystemTime now) {
  Disrupted out;
  const auto& noted = budget.status().disruptedpods();
  for (const PodPtr& pod : pods) {
    const auto found = noted.find(pod->metadata().name());
    if (found == noted.end() || is_deleting(*pod)) continue;
    const SystemTime since = to_time(found->second);
    if (since + kPatience < now) {
      out.late.push_back(pod);
      continue;
    }
    out.since.emplace(found->first, since);
    if (!out.recheck || since + kPatience < *out.recheck) out.recheck = since + kPatience;
  }
  return out;
}

std::int32_t count_healthy(const Pods& pods, const Disrupted& disrupted) {
  return static_cast<std::int32_t>(std::count_if(pods.begin(), pods.end(), [&](const PodPtr& pod) {
    return !is_deleting(*pod) && is_pod_ready(*pod) &&
           !disrupted.since.contains(pod->metadata().name());
  }));
}

bool counts_wanted(const PodDisruptionBudget& budget) {
  return budget.spec().has_maxunavailable() ||
         (budget.spec().has_minavailable() && is_string(budget.spec().minavailable()));
}

Result<std::int32_t> desired_healthy(const PodDisruptionBudget& budget, std::int32_t expected) {
  const auto& spec = budget.spec();
  if (spec.has_maxunavailable()) {
    auto missing = scaled_value(spec.maxunavailable(), expected, true);
    if (!missing.ok()) return missing;
    return std::max(0, expected - *missing);
  }
  if (!spec.has_minavailable()) return 0;
  return scaled_value(spec.minavailable(), expected, true);
}

PodDisruptionBudgetStatus make_status(const PodDisruptionBudget& budget, const Account& account,
                                      const Disrupted& disrupted, SystemTime now) {
  PodDisruptionBudgetStatus status;
  *status.mutable_conditions() = budget.status().conditions();
  status.set_observedgeneration(budget.metadata().generation());
  status.set_expectedpods(account.expected);
  status.set_desiredhealthy(account.desired);
  status.set_currenthealthy(account.healthy);
  // A budget that has no pods yet allows nothing to happen to its first ones.
  const std::int32_t spare = account.expected > 0 ? account.healthy - account.desired : 0;
  status.set_disruptionsallowed(std::max(0, spare));
  for (const auto& [name, since] : disrupted.since)
    set_time((*status.mutable_disruptedpods())[name], since);
  note_disruptions_allowed(status, now);
  return status;
}

PodDisruptionBudgetStatus failed_status(const PodDisruptionBudget& budget, const std::string& why,
                                        SystemTime now) {
  PodDisruptionBudgetStatus status = budget.status();
  status.set_disruptionsallowed(0);
  set_disruption_condition(status, {false, kSyncFailed, why}, now);
  return status;
}

std::optional<SystemTime> target_ends(const core_v1::Pod& pod) {
  if (is_deleting(pod) || is_pod_finished(pod)) return std::nullopt;
  const auto* condition = find_condition(pod, kTarget);
  // A node takes its time.
  if (!condition || condition->status() != "True" || condition->reason() == "TerminationByKubelet")
    return std::nullopt;
  return to_time(condition->lasttransitiontime()) + kPatience;
}

void end_target(core_v1::Pod& pod, SystemTime now) {
  for (auto& condition : *pod.mutable_status()->mutable_conditions()) {
    if (condition.type() != kTarget) continue;
    condition.set_status("False");
    condition.clear_reason();
    condition.clear_message();
    set_time(*condition.mutable_lasttransitiontime(), now);
    if (pod.metadata().generation() > 0)
      condition.set_observedgeneration(pod.metadata().generation());
  }
}

std::string selector_text(const meta_v1::LabelSelector& selector) {
  const std::map<std::string, std::string> labels(selector.matchlabels().begin(),
                                                  selector.matchlabels().end());
  std::string out = "&LabelSelector{MatchLabels:map[string]string{";
  for (const auto& [key, value] : labels) out.append(key).append(": ").append(value).append(",");
  out += "},MatchExpressions:[]LabelSelectorRequirement{";
  for (const auto& term : selector.matchexpressions()) {
    std::string values;
    for (const auto& value : term.values()) values += (values.empty() ? "" : " ") + value;
    out += "LabelSelectorRequirement{Key:" + term.key() + ",Operator:" + term.operator_() +
           ",Values:[" + values + "],},";
  }
  return out + "},}";
}

}  // namespace kubus::disruption
