#include "strategy/kinds.h"

#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/secret.pb.h>

#include <utility>

#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

void orphan_by_default(Strategy& strategy) { strategy.gc_default = GcDefault::kOrphan; }

constexpr std::pair<std::string_view, void (*)(Strategy&)> kRules[] = {
    {"/pods", pod_rules},
    {"/services", service_rules},
    {"/namespaces", namespace_rules},
    {"/nodes", node_rules},
    {"/persistentvolumeclaims", volume_claim_rules},
    {"/secrets", secret_rules},
    {"/persistentvolumes", volume_rules},
    {"/replicationcontrollers", orphan_by_default},
    {"batch/jobs", job_rules},
    {"apps/deployments", deployment_rules},
    {"apps/daemonsets", daemon_set_rules},
    {"coordination.k8s.io/leases", lease_rules},
    {"apiextensions.k8s.io/customresourcedefinitions", definition_rules},
    {"certificates.k8s.io/certificatesigningrequests", certificate_request_rules},
};

}  // namespace

void set_kind_rules(std::string_view name, Strategy& strategy) {
  for (const auto& [kind, rules] : kRules)
    if (kind == name) rules(strategy);
}

void node_rules(Strategy& strategy) {
  // A kubelet registers its node with the status it has.
  strategy.keeps_status_on_create = true;
}

void secret_rules(Strategy& strategy) {
  // stringData is a convenience of writing: what is kept is data.
  static constexpr auto kMerge = [](Message& object) {
    auto& secret = static_cast<core_v1::Secret&>(object);
    for (const auto& [key, text] : secret.stringdata()) (*secret.mutable_data())[key] = text;
    secret.clear_stringdata();
  };
  strategy.prepare_create = [](Message& object) { kMerge(object); };
  strategy.prepare_update = [](Message& object, const Message&) { kMerge(object); };
}

void volume_claim_rules(Strategy& strategy) {
  strategy.prepare_create = [](Message& object) {
    static_cast<core_v1::PersistentVolumeClaim&>(object).mutable_status()->set_phase("Pending");
  };
}

void volume_rules(Strategy& strategy) {
  strategy.prepare_create = [](Message& object) {
    static_cast<core_v1::PersistentVolume&>(object).mutable_status()->set_phase("Pending");
  };
}

}  // namespace kubus::apiserver
