#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <set>

#include "admission/created_pod.h"
#include "admission/plugins.h"
#include "kubus/api/types.h"
#include "kubus/quota.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;

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

class ExtendedResources final : public Admission {
 public:
  Status admit(const AdmissionCall& admission) override {
    auto* pod = created_pod(admission);
    if (!pod) return {};
    std::set<std::string> asked;
    for (const auto* list : {&pod->spec().containers(), &pod->spec().initcontainers()})
      for (const auto& container : *list)
        for (const auto& [name, amount] : container.resources().requests())
          if (is_extended_resource(name)) asked.insert(name);
    for (const auto& name : asked) tolerate(*pod->mutable_spec(), name);
    return {};
  }

 private:
  static void tolerate(core_v1::PodSpec& spec, const std::string& key) {
    for (const auto& toleration : spec.tolerations())
      if (toleration.key() == key && toleration.operator_() == "Exists" &&
          toleration.effect().empty())
        return;
    auto* added = spec.add_tolerations();
    added->set_key(key);
    added->set_operator_("Exists");
  }
};

class NodeTaint final : public Admission {
 public:
  Status admit(const AdmissionCall& admission) override {
    if (!admission.is("", "nodes") || !admission.creates()) return {};
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

std::unique_ptr<Admission> make_default_tolerations(const AdmissionContext&) {
  return std::make_unique<DefaultTolerations>();
}
std::unique_ptr<Admission> make_extended_resources(const AdmissionContext&) {
  return std::make_unique<ExtendedResources>();
}
std::unique_ptr<Admission> make_node_taint(const AdmissionContext&) {
  return std::make_unique<NodeTaint>();
}

}  // namespace kubus::apiserver
