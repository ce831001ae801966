// What follows for a disruption budget from the pods it is about.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/pod.pb.h>
#include <k8s/policy/v1/pod_disruption_budget.pb.h>
#include <kubus/api/time.h>
#include <kubus/api/types.h>
#include <kubus/status.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kubus::disruption {

using policy_v1::PodDisruptionBudget;
using policy_v1::PodDisruptionBudgetStatus;
using PodPtr = std::shared_ptr<const core_v1::Pod>;
using Pods = std::vector<PodPtr>;

// How long a pod that was evicted may take to be on its way out.
inline constexpr std::chrono::minutes kPatience{2};

// Whether the budget is about the pod. One without a selector is about none.
bool covers(const PodDisruptionBudget& budget, const core_v1::Pod& pod);

// The evicted pods that are still to go.
struct Disrupted {
  std::map<std::string, SystemTime> since;
  std::optional<SystemTime> recheck;  // when the first of them is late
  Pods late;                          // those that should have gone
};
Disrupted still_disrupted(const PodDisruptionBudget& budget, const Pods& pods, SystemTime now);

// Ready pods that nobody is taking away.
std::int32_t count_healthy(const Pods& pods, const Disrupted& disrupted);

// Whether the budget counts the pods that are wanted, and not those there are.
bool counts_wanted(const PodDisruptionBudget& budget);
// How many of `expected` pods must be healthy. kInvalid for a text that is no percentage.
Result<std::int32_t> desired_healthy(const PodDisruptionBudget& budget, std::int32_t expected);

struct Account {
  std::int32_t expected = 0;
  std::int32_t desired = 0;
  std::int32_t healthy = 0;
};
PodDisruptionBudgetStatus make_status(const PodDisruptionBudget& budget, const Account& account,
                                      const Disrupted& disrupted, SystemTime now);
// Nothing is allowed while nobody knows what may be.
PodDisruptionBudgetStatus failed_status(const PodDisruptionBudget& budget, const std::string& why,
                                        SystemTime now);

// When the condition DisruptionTarget of the pod has nothing behind it any more; nullopt: it has
// no such condition, or one that does not end.
std::optional<SystemTime> target_ends(const core_v1::Pod& pod);
// Sets that condition to False.
void end_target(core_v1::Pod& pod, SystemTime now);

// A selector as the reference prints it in events.
std::string selector_text(const meta_v1::LabelSelector& selector);

}  // namespace kubus::disruption
