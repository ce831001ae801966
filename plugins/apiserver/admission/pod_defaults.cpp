#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <cstdlib>

#include "admission/admission.h"
#include "admission/created_pod.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;

class Priority final : public Admission {
 public:
  explicit Priority(ClusterCache& cache) : cache_(cache) {}

  Status admit(const AdmissionCall& admission) override {
    auto* pod = created_pod(admission);
    if (!pod) return {};
    auto* classes = cache_.find("scheduling.k8s.io", "priorityclasses");
    auto& spec = *pod->mutable_spec();
    ObjectPtr chosen;
    if (spec.priorityclassname().empty()) {
      classes->for_each([&](const ObjectPtr& one) {
        if (one->field("globalDefault") == "true") chosen = one;
      });
      if (chosen) spec.set_priorityclassname(std::string(chosen->name()));
    } else {
      chosen = classes->get(spec.priorityclassname());
      if (!chosen)
        return errors::forbidden(
            admission.call.subject(pod->metadata().name()),
            "no PriorityClass with name " + spec.priorityclassname() + " was found");
    }
    spec.set_priority(
        chosen ? static_cast<std::int32_t>(std::strtol(chosen->field("value").c_str(), nullptr, 10))
               : 0);
    const auto policy = chosen ? chosen->field("preemptionPolicy") : std::string();
    if (spec.preemptionpolicy().empty())
      spec.set_preemptionpolicy(policy.empty() ? "PreemptLowerPriority" : policy);
    return {};
  }

 private:
  ClusterCache& cache_;
};

class DefaultTolerations final : public Admission {
 public:
  Status admit(const AdmissionCall& admission) override {
    auto* pod = created_pod(admission);
    if (!pod) return {};
    for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
      tolerate(*pod, key);
    return {};
  }

 private:
  static void tolerate(Pod& pod, const char* key) {
    constexpr std::int64_t kFiveMinutes = 300;
    for (const auto& toleration : pod.spec().tolerations()) {
      const bool same_key = toleration.key() == key || toleration.key().empty();
      if (same_key && (toleration.effect() == "NoExecute" || toleration.effect().empty())) return;
    }
    auto* added = pod.mutable_spec()->add_tolerations();
    added->set_key(key);
    added->set_operator_("Exists");
    added->set_effect("NoExecute");
    added->set_tolerationseconds(kFiveMinutes);
  }
};

class NodeTaint final : public Admission {
 public:
  Status admit(const AdmissionCall& admission) override {
    const auto& call = admission.call;
    const bool is_node = call.resource->group.empty() && call.resource->plural == "nodes";
    if (!is_node || admission.operation != AdmissionCall::Operation::kCreate) return {};
    auto& spec = *static_cast<core_v1::Node*>(admission.object)->mutable_spec();
    for (const auto& taint : spec.taints())
      if (taint.key() == "node.kubernetes.io/not-ready" && taint.effect() == "NoSchedule")
        return {};
    auto* taint = spec.add_taints();
    taint->set_key("node.kubernetes.io/not-ready");
    taint->set_effect("NoSchedule");
    return {};
  }
};

}  // namespace

std::unique_ptr<Admission> make_priority(ClusterCache& cache) {
  return std::make_unique<Priority>(cache);
}
std::unique_ptr<Admission> make_default_tolerations() {
  return std::make_unique<DefaultTolerations>();
}
std::unique_ptr<Admission> make_node_taint() { return std::make_unique<NodeTaint>(); }

}  // namespace kubus::apiserver
