#include <google/protobuf/message.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/resource.h"
#include "kubus/client.h"
#include "kubus/replicas.h"

namespace kubus {
namespace {

std::string adoption_patch(const core_v1::Pod& pod, const Message& owner) {
  const ResourceInfo* info = resource_of(*owner.GetDescriptor());
  return R"({"metadata":{"ownerReferences":[{"apiVersion":")" + info->api_version() +
         R"(","kind":")" + info->kind + R"(","name":")" + key_of(owner).name + R"(","uid":")" +
         uid_of(owner) + R"(","controller":true,"blockOwnerDeletion":true}],"uid":")" +
         pod.metadata().uid() + R"("}})";
}

std::string release_patch(const core_v1::Pod& pod, const Message& owner) {
  return R"({"metadata":{"ownerReferences":[{"$patch":"delete","uid":")" + uid_of(owner) +
         R"("}],"uid":")" + pod.metadata().uid() + R"("}})";
}

// A pod that is gone, or is another one by now, is none of ours.
bool is_gone(const Status& status) {
  return status.code() == Code::kNotFound || status.code() == Code::kConflict ||
         status.code() == Code::kInvalid;
}

}  // namespace

Result<std::vector<PodPtr>> claim_pods(ApiClient& client, const Informer<core_v1::Pod>& pods,
                                       const Message& owner, const LabelMatcher& selector) {
  std::vector<PodPtr> claimed;
  const std::string ns = key_of(owner).ns;
  for (const PodPtr& pod : pods.controlled_by(uid_of(owner))) {
    if (selector.matches(pod->metadata().labels())) {
      claimed.push_back(pod);
      continue;
    }
    if (is_deleting(owner) || is_deleting(*pod)) continue;
    auto released = client.patch<core_v1::Pod>(key_of(*pod), PatchType::kStrategicMerge,
                                               release_patch(*pod, owner));
    if (!released.ok() && !is_gone(released.status())) return released.status();
  }
  if (is_deleting(owner) || selector.empty()) return claimed;
  for (const PodPtr& pod : pods.controlled_by("")) {
    if (pod->metadata().namespace_() != ns || !is_pod_active(*pod)) continue;
    if (!selector.matches(pod->metadata().labels())) continue;
    auto adopted = client.patch<core_v1::Pod>(key_of(*pod), PatchType::kStrategicMerge,
                                              adoption_patch(*pod, owner));
    if (adopted.ok())
      claimed.push_back(std::make_shared<const core_v1::Pod>(std::move(*adopted)));
    else if (!is_gone(adopted.status()))
      return adopted.status();
  }
  return claimed;
}

}  // namespace kubus
