#include "claim.h"

#include <utility>

namespace kubus::deployment {
namespace {

std::string adoption_patch(const ReplicaSet& set, const Deployment& deployment) {
  return R"({"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":")" +
         deployment.metadata().name() + R"(","uid":")" + deployment.metadata().uid() +
         R"(","controller":true,"blockOwnerDeletion":true}],"uid":")" + set.metadata().uid() +
         R"("}})";
}

std::string release_patch(const ReplicaSet& set, const Deployment& deployment) {
  return R"({"metadata":{"ownerReferences":[{"$patch":"delete","uid":")" +
         deployment.metadata().uid() + R"("}],"uid":")" + set.metadata().uid() + R"("}})";
}

// A set that is gone, or is another one by now, is none of ours.
bool is_gone(const Status& status) {
  return status.code() == Code::kNotFound || status.code() == Code::kConflict ||
         status.code() == Code::kInvalid;
}

// The cache may not know yet that the deployment is being deleted or was made anew.
Status check_alive(ApiClient& client, const Deployment& deployment) {
  auto fresh = client.get<Deployment>(key_of(deployment));
  if (!fresh.ok()) return fresh.status();
  if (fresh->metadata().uid() != deployment.metadata().uid() || is_deleting(*fresh))
    return Status(Code::kConflict, "the deployment is being deleted or was replaced");
  return Status();
}

}  // namespace

Result<std::vector<SetPtr>> claim_sets(ApiClient& client, const Informer<ReplicaSet>& sets,
                                       const Deployment& deployment, const LabelMatcher& selector) {
  std::vector<SetPtr> claimed;
  for (const SetPtr& set : sets.controlled_by(deployment.metadata().uid())) {
    if (selector.matches(set->metadata().labels())) {
      claimed.push_back(set);
      continue;
    }
    if (is_deleting(deployment) || is_deleting(*set)) continue;
    auto released = client.patch<ReplicaSet>(key_of(*set), PatchType::kStrategicMerge,
                                             release_patch(*set, deployment));
    if (!released.ok() && !is_gone(released.status())) return released.status();
  }
  if (is_deleting(deployment)) return claimed;
  bool checked = false;
  for (const SetPtr& set : sets.controlled_by("")) {
    if (set->metadata().namespace_() != deployment.metadata().namespace_() || is_deleting(*set) ||
        !selector.matches(set->metadata().labels()))
      continue;
    if (!std::exchange(checked, true)) KUBUS_TRY(check_alive(client, deployment));
    auto adopted = client.patch<ReplicaSet>(key_of(*set), PatchType::kStrategicMerge,
                                            adoption_patch(*set, deployment));
    if (adopted.ok())
      claimed.push_back(std::make_shared<const ReplicaSet>(std::move(*adopted)));
    else if (!is_gone(adopted.status()))
      return adopted.status();
  }
  return claimed;
}

}  // namespace kubus::deployment
