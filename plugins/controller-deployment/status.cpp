#include "status.h"

#include <algorithm>
#include <limits>

#include "rollout.h"

namespace kubus::deployment {
namespace {

constexpr char kReplicaFailure[] = "ReplicaFailure";
constexpr char kNewAvailable[] = "NewReplicaSetAvailable";
constexpr char kTimedOut[] = "ProgressDeadlineExceeded";
constexpr char kPaused[] = "DeploymentPaused";

// Something got better since the stored status.
bool is_progressing(const DeploymentStatus& before, const DeploymentStatus& now) {
  return now.updatedreplicas() > before.updatedreplicas() ||
         now.replicas() - now.updatedreplicas() < before.replicas() - before.updatedreplicas() ||
         now.readyreplicas() > before.readyreplicas() ||
         now.availablereplicas() > before.availablereplicas();
}

SystemTime deadline_of(const Deployment& deployment, const DeploymentCondition& condition) {
  return to_time(condition.lastupdatetime()) +
         std::chrono::seconds(deployment.spec().progressdeadlineseconds());
}

bool is_timed_out(const Deployment& deployment, const DeploymentStatus& status, SystemTime now) {
  const DeploymentCondition* condition = find_condition(status, kProgressing);
  if (!condition || condition->reason() == kNewAvailable) return false;
  return condition->reason() == kTimedOut || deadline_of(deployment, *condition) < now;
}

std::string about(const Deployment& deployment, const Sets& sets, std::string_view what) {
  const std::string name = sets.current ? "ReplicaSet \"" + sets.current->metadata().name()
                                        : "Deployment \"" + deployment.metadata().name();
  return name + "\" " + std::string(what);
}

void judge_progress(const Deployment& deployment, const Sets& sets, SystemTime now,
                    DeploymentStatus& status) {
  const DeploymentCondition* stored = find_condition(deployment.status(), kProgressing);
  if (status.replicas() == status.updatedreplicas() && stored && stored->reason() == kNewAvailable)
    return;
  if (is_complete(deployment, status)) {
    set_condition(status,
                  make_condition(kProgressing, "True", kNewAvailable,
                                 about(deployment, sets, "has successfully progressed."), now));
  } else if (is_progressing(deployment.status(), status)) {
    auto condition = make_condition(kProgressing, "True", "ReplicaSetUpdated",
                                    about(deployment, sets, "is progressing."), now);
    // Replaced even if it says the same: its update time is what the deadline counts from.
    if (stored && stored->status() == "True")
      *condition.mutable_lasttransitiontime() = stored->lasttransitiontime();
    remove_condition(status, kProgressing);
    set_condition(status, std::move(condition));
  } else if (is_timed_out(deployment, status, now)) {
    set_condition(status,
                  make_condition(kProgressing, "False", kTimedOut,
                                 about(deployment, sets, "has timed out progressing."), now));
  }
}

std::optional<DeploymentCondition> failure_of(const ReplicaSet& set) {
  for (const auto& condition : set.status().conditions()) {
    if (condition.type() != kReplicaFailure) continue;
    DeploymentCondition out;
    out.set_type(condition.type());
    out.set_status(condition.status());
    *out.mutable_lasttransitiontime() = condition.lasttransitiontime();
    *out.mutable_lastupdatetime() = condition.lasttransitiontime();
    out.set_reason(condition.reason());
    out.set_message(condition.message());
    return out;
  }
  return std::nullopt;
}

// The current set's failure tells most.
std::optional<DeploymentCondition> first_failure(const Sets& sets) {
  if (sets.current)
    if (auto failure = failure_of(*sets.current)) return failure;
  for (const SetPtr& set : sets.old)
    if (auto failure = failure_of(*set)) return failure;
  return std::nullopt;
}

}  // namespace

bool has_deadline(const Deployment& deployment) {
  return deployment.spec().has_progressdeadlineseconds() &&
         deployment.spec().progressdeadlineseconds() != std::numeric_limits<std::int32_t>::max();
}

const DeploymentCondition* find_condition(const DeploymentStatus& status, std::string_view type) {
  for (const DeploymentCondition& condition : status.conditions())
    if (condition.type() == type) return &condition;
  return nullptr;
}

DeploymentCondition make_condition(std::string_view type, std::string_view state,
                                   std::string_view reason, std::string_view message,
                                   SystemTime now) {
  DeploymentCondition condition;
  condition.set_type(std::string(type));
  condition.set_status(std::string(state));
  condition.set_reason(std::string(reason));
  condition.set_message(std::string(message));
  set_time(*condition.mutable_lastupdatetime(), now);
  set_time(*condition.mutable_lasttransitiontime(), now);
  return condition;
}

void set_condition(DeploymentStatus& status, DeploymentCondition condition) {
  if (const auto* former = find_condition(status, condition.type())) {
    const bool same_state = former->status() == condition.status();
    if (same_state && former->reason() == condition.reason()) return;
    if (same_state) *condition.mutable_lasttransitiontime() = former->lasttransitiontime();
  }
  remove_condition(status, condition.type());
  *status.add_conditions() = std::move(condition);
}

void remove_condition(DeploymentStatus& status, std::string_view type) {
  auto& conditions = *status.mutable_conditions();
  for (int i = conditions.size() - 1; i >= 0; --i)
    if (conditions[i].type() == type) conditions.DeleteSubrange(i, 1);
}

bool note_pause(const Deployment& deployment, SystemTime now, DeploymentStatus& status) {
  if (!has_deadline(deployment)) return false;
  const DeploymentCondition* condition = find_condition(status, kProgressing);
  // A rollout that failed by its deadline stays so, paused or not.
  if (condition && condition->reason() == kTimedOut) return false;
  const bool noted = condition && condition->reason() == kPaused;
  if (deployment.spec().paused() == noted) return false;
  set_condition(status, noted ? make_condition(kProgressing, "Unknown", "DeploymentResumed",
                                               "Deployment is resumed", now)
                              : make_condition(kProgressing, "Unknown", kPaused,
                                               "Deployment is paused", now));
  return true;
}

DeploymentStatus count_status(const Deployment& deployment, const Sets& sets, SystemTime now) {
  DeploymentStatus status;
  std::int32_t wanted = 0, replicas = 0, ready = 0, available = 0, terminating = 0;
  bool terminating_known = true;
  for (const SetPtr& set : sets.all()) {
    wanted += size_of(*set);
    replicas += set->status().replicas();
    ready += set->status().readyreplicas();
    available += set->status().availablereplicas();
    terminating += set->status().terminatingreplicas();
    terminating_known = terminating_known && set->status().has_terminatingreplicas();
  }
  status.set_observedgeneration(deployment.metadata().generation());
  status.set_replicas(replicas);
  status.set_updatedreplicas(sets.current ? sets.current->status().replicas() : 0);
  status.set_readyreplicas(ready);
  status.set_availablereplicas(available);
  status.set_unavailablereplicas(std::max(wanted - available, 0));
  if (terminating_known) status.set_terminatingreplicas(terminating);
  if (deployment.status().has_collisioncount())
    status.set_collisioncount(deployment.status().collisioncount());
  *status.mutable_conditions() = deployment.status().conditions();
  const bool enough = available >= wanted_size(deployment) - max_unavailable(deployment);
  set_condition(status,
                enough ? make_condition("Available", "True", "MinimumReplicasAvailable",
                                        "Deployment has minimum availability.", now)
                       : make_condition("Available", "False", "MinimumReplicasUnavailable",
                                        "Deployment does not have minimum availability.", now));
  return status;
}

DeploymentStatus rollout_status(const Deployment& deployment, const Sets& sets, SystemTime now) {
  DeploymentStatus status = count_status(deployment, sets, now);
  if (has_deadline(deployment))
    judge_progress(deployment, sets, now, status);
  else
    remove_condition(status, kProgressing);
  if (auto failure = first_failure(sets))
    set_condition(status, std::move(*failure));
  else
    remove_condition(status, kReplicaFailure);
  return status;
}

bool is_complete(const Deployment& deployment, const DeploymentStatus& status) {
  const std::int32_t wanted = wanted_size(deployment);
  return status.updatedreplicas() == wanted && status.replicas() == wanted &&
         status.availablereplicas() == wanted &&
         status.observedgeneration() >= deployment.metadata().generation();
}

std::optional<std::chrono::nanoseconds> deadline_wait(const Deployment& deployment,
                                                      const DeploymentStatus& status,
                                                      SystemTime now) {
  const DeploymentCondition* condition = find_condition(status, kProgressing);
  if (!has_deadline(deployment) || !condition || is_complete(deployment, status)) return {};
  if (condition->reason() == kTimedOut || condition->reason() == kNewAvailable) return {};
  // Times of the API are cut to seconds; one more makes sure that the deadline has passed.
  const auto left = deadline_of(deployment, *condition) - now + std::chrono::seconds(1);
  return std::max<std::chrono::nanoseconds>(left, std::chrono::seconds(1));
}

}  // namespace kubus::deployment
