// The part of Reconciler that makes the ReplicaSet of the present template and keeps it in line.
#include "kubus/status_cause.h"
#include "kubus/workload.h"
#include "reconciler.h"

namespace kubus::deployment {

Status Reconciler::sync_current(Look& look) {
  const std::int32_t min_ready = look.deployment.spec().minreadyseconds();
  ReplicaSet changed = *look.sets.current;
  const bool inherited =
      inherit_annotations(look.deployment, highest_revision(look.sets.old) + 1, changed);
  if (inherited || changed.spec().minreadyseconds() != min_ready) {
    changed.mutable_spec()->set_minreadyseconds(min_ready);
    auto stored = client_->update(changed);
    if (!stored.ok()) return stored.status();
    look.sets.replace(std::make_shared<const ReplicaSet>(std::move(*stored)));
  }
  const ReplicaSet& set = *look.sets.current;
  const auto revision = number_annotation(set, kRevision);
  if (revision) KUBUS_TRY(set_revision(look, std::to_string(*revision)));
  if (find_condition(look.deployment.status(), kProgressing)) return Status();
  return store_progress(look, "True", "FoundNewReplicaSet",
                        "Found new replica set \"" + set.metadata().name() + "\"");
}

Status Reconciler::make_current(Look& look) {
  const std::int64_t revision = highest_revision(look.sets.old) + 1;
  const std::int32_t wanted = wanted_size(look.deployment);
  ReplicaSet made = make_set(look.deployment);
  const std::int32_t size = next_current_size(look.deployment, look.sets.old, 0);
  made.mutable_spec()->set_replicas(size);
  inherit_annotations(look.deployment, revision, made);
  set_size_annotations(wanted, wanted + max_surge(look.deployment), made);

  auto created = client_->create(made);
  if (created.code() == Code::kAlreadyExists) return use_existing(look, made, revision);
  if (!created.ok()) return creation_failed(look, made.metadata().name(), created.status());
  const std::string name = created->metadata().name();
  look.sets.current = std::make_shared<const ReplicaSet>(std::move(*created));
  if (size > 0)
    events_.normal(look.deployment, "ScalingReplicaSet",
                   "Scaled up replica set " + name + " from 0 to " + std::to_string(size));
  KUBUS_TRY(set_revision(look, std::to_string(revision)));
  return store_progress(look, "True", "NewReplicaSetCreated",
                        "Created new replica set \"" + name + "\"");
}

// Either an earlier look made it and the cache does not show it yet, or another template has the
// same hash: then the next look tries another one.
Status Reconciler::use_existing(Look& look, const ReplicaSet& made, std::int64_t revision) {
  auto existing = client_->get<ReplicaSet>(key_of(made));
  if (!existing.ok()) return existing.status();
  if (controller_of(*existing).uid == look.deployment.metadata().uid() &&
      same_template(existing->spec().template_(), look.deployment.spec().template_())) {
    look.sets.current = std::make_shared<const ReplicaSet>(std::move(*existing));
    return set_revision(look, std::to_string(revision));
  }
  DeploymentStatus status = look.deployment.status();
  status.set_collisioncount(status.collisioncount() + 1);
  KUBUS_TRY(store_status(look, status));
  return Status(Code::kAlreadyExists,
                "replicasets.apps \"" + made.metadata().name() + "\" belongs to another template");
}

Status Reconciler::creation_failed(Look& look, const std::string& name, const Status& why) {
  // Nothing is made in a namespace that goes away, which is no failure of the rollout.
  if (has_cause(why, kNamespaceTerminating)) return why;
  const std::string message = "Failed to create new replica set \"" + name + "\": " + why.message();
  events_.warning(look.deployment, "ReplicaSetCreateError", message);
  KUBUS_TRY(store_progress(look, "False", "ReplicaSetCreateError", message));
  return why;
}

// Fails with a conflict when the deployment has changed, so that a look never mixes two versions.
Status Reconciler::set_revision(Look& look, const std::string& revision) {
  const auto& annotations = look.deployment.metadata().annotations();
  auto found = annotations.find(kRevision);
  if (found != annotations.end() && found->second == revision) return Status();
  // With its status, which makes no new generation of it.
  Deployment changed = look.deployment;
  (*changed.mutable_metadata()->mutable_annotations())[kRevision] = revision;
  auto stored = client_->update_status(changed);
  if (!stored.ok()) return stored.status();
  look.deployment = std::move(*stored);
  return Status();
}

}  // namespace kubus::deployment
