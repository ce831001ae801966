#include "registry/strategy.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "custom/kind.h"
#include "strategy/kinds.h"

namespace kubus::apiserver {
namespace {

constexpr std::array<std::string_view, 24> kCountGenerations = {
    "apps/deployments",
    "apps/replicasets",
    "apps/statefulsets",
    "apps/daemonsets",
    "/replicationcontrollers",
    "/pods",
    "batch/jobs",
    "batch/cronjobs",
    "networking.k8s.io/ingresses",
    "networking.k8s.io/ingressclasses",
    "networking.k8s.io/networkpolicies",
    "policy/poddisruptionbudgets",
    "discovery.k8s.io/endpointslices",
    "flowcontrol.apiserver.k8s.io/flowschemas",
    "flowcontrol.apiserver.k8s.io/prioritylevelconfigurations",
    "apiextensions.k8s.io/customresourcedefinitions",
    "admissionregistration.k8s.io/mutatingwebhookconfigurations",
    "admissionregistration.k8s.io/validatingwebhookconfigurations",
    "admissionregistration.k8s.io/validatingadmissionpolicies",
    "admissionregistration.k8s.io/validatingadmissionpolicybindings",
    "scheduling.k8s.io/priorityclasses",
    "storage.k8s.io/csidrivers",
    "resource.k8s.io/deviceclasses",
    "resource.k8s.io/resourceslices",
};
constexpr std::array<std::string_view, 13> kConditionalOnly = {
    "coordination.k8s.io/leases",
    "node.k8s.io/runtimeclasses",
    "storage.k8s.io/csidrivers",
    "storage.k8s.io/csinodes",
    "storage.k8s.io/csistoragecapacities",
    "storage.k8s.io/volumeattachments",
    "apiregistration.k8s.io/apiservices",
    "apiextensions.k8s.io/customresourcedefinitions",
    "policy/poddisruptionbudgets",
    "admissionregistration.k8s.io/mutatingwebhookconfigurations",
    "admissionregistration.k8s.io/validatingwebhookconfigurations",
    "admissionregistration.k8s.io/validatingadmissionpolicies",
    "admissionregistration.k8s.io/validatingadmissionpolicybindings"};
constexpr std::array<std::string_view, 8> kCreateOnUpdate = {
    "/endpoints",
    "/events",
    "/limitranges",
    "coordination.k8s.io/leases",
    "rbac.authorization.k8s.io/roles",
    "rbac.authorization.k8s.io/rolebindings",
    "rbac.authorization.k8s.io/clusterroles",
    "rbac.authorization.k8s.io/clusterrolebindings"};
constexpr std::array<std::string_view, 8> kReturnDeleted = {
    "/pods",           "/services",     "/persistentvolumes", "/persistentvolumeclaims",
    "/resourcequotas", "/podtemplates", "/serviceaccounts",   "storage.k8s.io/volumeattachments"};

template <std::size_t kSize>
bool among(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

using Table = std::map<std::string, Strategy, std::less<>>;

Table make_table() {
  Table table;
  for (const auto& resource : all_resources()) {
    const auto name = resource.group + "/" + resource.plural;
    Strategy strategy;
    strategy.counts_generations = among(kCountGenerations, name);
    strategy.unconditional_update = !among(kConditionalOnly, name);
    strategy.create_on_update = among(kCreateOnUpdate, name);
    strategy.returns_deleted = among(kReturnDeleted, name);
    set_kind_rules(name, strategy);
    table.emplace(name, strategy);
  }
  return table;
}

}  // namespace

const PartRules* Strategy::part(std::string_view subresource) const {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const PartRules& rules) {
    return rules.subresource == subresource;
  });
  return found == parts.end() ? nullptr : &*found;
}

const Strategy& strategy_of(const ResourceInfo& resource) {
  static const Table table = make_table();
  static const Strategy none;
  static const Strategy custom = custom_rules();
  if (custom_kind(resource)) return custom;
  const auto found = table.find(resource.group + "/" + resource.plural);
  return found == table.end() ? none : found->second;
}

}  // namespace kubus::apiserver
