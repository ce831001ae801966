#include "reconciler.h"

#include <chrono>

#include "claim.h"
#include "kubus/status_cause.h"
#include "kubus/workload.h"

namespace kubus::deployment {
namespace {

SystemTime now() { return std::chrono::system_clock::now(); }

}  // namespace

Reconciler::Reconciler(Context& context, Informer<ReplicaSet>& sets, Informer<core_v1::Pod>& pods)
    : client_(ApiClient::of(context)),
      events_(context, "deployment-controller"),
      replica_sets_(sets),
      pods_(pods) {}

Outcome Reconciler::reconcile(const Deployment& cached) {
  auto selector = LabelMatcher::make(cached.spec().selector());
  if (!selector.ok()) return Outcome::terminal(selector.status());
  if (selector->empty()) return selects_all(cached);
  auto claimed = claim_sets(*client_, replica_sets_, cached, *selector);
  if (!claimed.ok()) return claimed.status();
  Look look{cached, sort_out(cached, std::move(*claimed))};
  const Status synced = sync_sets(look);
  if (has_cause(synced, kNamespaceTerminating)) return Outcome::done();
  if (!synced.ok()) return synced;
  if (is_deleting(cached) || cached.spec().paused()) return Outcome::done();
  const auto wait = deadline_wait(look.deployment, look.deployment.status(), now());
  return wait ? Outcome::requeue_after(*wait) : Outcome::done();
}

Status Reconciler::sync_sets(Look& look) {
  const bool paused = look.deployment.spec().paused();
  if (is_deleting(look.deployment))
    return store_status(look, count_status(look.deployment, look.sets, now()));
  DeploymentStatus noted = look.deployment.status();
  if (note_pause(look.deployment, now(), noted)) KUBUS_TRY(store_status(look, noted));
  if (look.sets.current) KUBUS_TRY(sync_current(look));
  if (paused || is_resized(look.deployment, look.sets)) {
    KUBUS_TRY(resize(look));
    if (paused) KUBUS_TRY(clean_up(look));
    return store_status(look, count_status(look.deployment, look.sets, now()));
  }
  return is_rolling(look.deployment) ? roll(look) : recreate(look);
}

Status Reconciler::resize(Look& look) {
  Plan plan = plan_resize(look.deployment, look.sets);
  return carry_out(look, plan);
}

Status Reconciler::roll(Look& look) {
  if (!look.sets.current) KUBUS_TRY(make_current(look));
  Plan plan = plan_current(look.deployment, look.sets);
  if (plan.empty()) plan = plan_old(look.deployment, look.sets);
  if (plan.empty()) return finish(look);
  KUBUS_TRY(carry_out(look, plan));
  return store_status(look, rollout_status(look.deployment, look.sets, now()));
}

Status Reconciler::recreate(Look& look) {
  const Plan plan = plan_none_old(look.sets);
  KUBUS_TRY(carry_out(look, plan));
  if (!plan.empty() || old_pods_run(look.sets))
    return store_status(look, rollout_status(look.deployment, look.sets, now()));
  if (!look.sets.current) KUBUS_TRY(make_current(look));
  KUBUS_TRY(carry_out(look, plan_current(look.deployment, look.sets)));
  return finish(look);
}

Status Reconciler::finish(Look& look) {
  if (is_complete(look.deployment, look.deployment.status())) KUBUS_TRY(clean_up(look));
  return store_status(look, rollout_status(look.deployment, look.sets, now()));
}

// Pods that are being deleted still run.
bool Reconciler::old_pods_run(const Sets& sets) const {
  for (const SetPtr& set : sets.old) {
    if (set->status().replicas() > 0) return true;
    for (const auto& pod : pods_.controlled_by(set->metadata().uid()))
      if (pod->status().phase() != "Failed" && pod->status().phase() != "Succeeded") return true;
  }
  return false;
}

// A plan for sets of the present size refreshes their annotations only.
Status Reconciler::carry_out(Look& look, const Plan& plan) {
  const std::int32_t wanted = wanted_size(look.deployment);
  for (const Resize& resize : plan) {
    for (const SetPtr& set : look.sets.all()) {
      if (set->metadata().name() != resize.name) continue;
      const std::int32_t before = size_of(*set);
      ReplicaSet changed = *set;
      const bool noted = set_size_annotations(wanted, wanted + max_surge(look.deployment), changed);
      if (!noted && before == resize.size) break;
      changed.mutable_spec()->set_replicas(resize.size);
      auto stored = client_->update(changed);
      if (!stored.ok()) return stored.status();
      look.sets.replace(std::make_shared<const ReplicaSet>(std::move(*stored)));
      if (before == resize.size) break;
      events_.normal(look.deployment, "ScalingReplicaSet",
                     std::string(before < resize.size ? "Scaled up" : "Scaled down") +
                         " replica set " + resize.name + " from " + std::to_string(before) +
                         " to " + std::to_string(resize.size));
      break;
    }
  }
  return Status();
}

Status Reconciler::store_status(Look& look, const DeploymentStatus& status) {
  if (same_content(look.deployment.status(), status)) return Status();
  Deployment changed = look.deployment;
  *changed.mutable_status() = status;
  auto stored = client_->update_status(changed);
  if (!stored.ok()) return stored.status();
  look.deployment = std::move(*stored);
  return Status();
}

Status Reconciler::store_progress(Look& look, std::string_view state, std::string_view reason,
                                  const std::string& message) {
  if (!has_deadline(look.deployment)) return Status();
  DeploymentStatus status = look.deployment.status();
  set_condition(status, make_condition(kProgressing, state, reason, message, now()));
  return store_status(look, status);
}

Status Reconciler::clean_up(const Look& look) {
  for (const SetPtr& set : beyond_history(look.deployment, look.sets.old)) {
    Status removed = client_->remove<ReplicaSet>(key_of(*set));
    if (!removed.ok() && removed.code() != Code::kNotFound) return removed;
  }
  return Status();
}

Status Reconciler::selects_all(const Deployment& deployment) {
  events_.warning(deployment, "SelectingAll",
                  "This deployment is selecting all pods. A non-empty selector is required.");
  if (deployment.status().observedgeneration() >= deployment.metadata().generation())
    return Status();
  Deployment changed = deployment;
  changed.mutable_status()->set_observedgeneration(deployment.metadata().generation());
  return client_->update_status(changed).status();
}

}  // namespace kubus::deployment
