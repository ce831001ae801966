#include <k8s/coordination/v1/lease.pb.h>
#include <k8s/core/v1/resources.pb.h>
#include <k8s/core/v1/scheduling.pb.h>
#include <k8s/node/v1/runtime_class.pb.h>
#include <k8s/scheduling/v1/priority_class.pb.h>

#include "validation/checks.h"
#include "validation/definition.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

void check_lease(const coordination_v1::Lease& lease, ErrorList& errors) {
  const Path path("spec");
  if (lease.spec().has_leasedurationseconds() && lease.spec().leasedurationseconds() <= 0) {
    errors.invalid(path.child("leaseDurationSeconds"), lease.spec().leasedurationseconds(),
                   "must be greater than 0");
  }
  if (lease.spec().has_leasetransitions()) {
    check_non_negative(lease.spec().leasetransitions(), path.child("leaseTransitions"), errors);
  }
}

// Why the class is none of those that every cluster has.
std::string check_system_class(const scheduling_v1::PriorityClass& object) {
  constexpr std::int32_t kCluster = 2'000'000'000;
  constexpr std::int32_t kNode = 2'000'001'000;
  const std::string& name = object.metadata().name();
  if (name != "system-node-critical" && name != "system-cluster-critical") {
    return name + " is not a known system priority class";
  }
  const std::int32_t value = name == "system-node-critical" ? kNode : kCluster;
  if (object.value() != value) {
    return "value of " + name + " PriorityClass must be " + std::to_string(value);
  }
  if (object.globaldefault()) return "globalDefault of " + name + " PriorityClass must be false";
  return {};
}

void check_priority(const scheduling_v1::PriorityClass& object, ErrorList& errors) {
  constexpr std::int32_t kMaxUser = 1'000'000'000;
  const std::string& name = object.metadata().name();
  if (name.starts_with("system-")) {
    if (const std::string wrong = check_system_class(object); !wrong.empty()) {
      errors.forbidden(Path("metadata").child("name"),
                       "priority class names with 'system-' prefix are reserved for system use "
                       "only. error: " +
                           wrong);
    }
  } else if (object.value() > kMaxUser) {
    errors.forbidden(Path("value"),
                     "maximum allowed value of a user defined priority is 1000000000");
  }
  if (object.has_preemptionpolicy()) {
    check_one_of(object.preemptionpolicy(), {"Never", "PreemptLowerPriority"},
                 Path("preemptionPolicy"), errors);
  }
}

void check_priority_update(const scheduling_v1::PriorityClass& object,
                           const scheduling_v1::PriorityClass& old, ErrorList& errors) {
  if (object.value() != old.value()) {
    errors.forbidden(Path("value"), "may not be changed in an update.");
  }
  check_immutable(object.preemptionpolicy(), old.preemptionpolicy(), Path("preemptionPolicy"),
                  errors);
}

void check_runtime(const node_v1::RuntimeClass& object, ErrorList& errors) {
  errors.invalid_each(Path("handler"), object.handler(), check_dns1123_label(object.handler()));
  if (object.has_overhead()) {
    core_v1::ResourceRequirements amounts;
    *amounts.mutable_limits() = object.overhead().podfixed();
    check_resources(amounts, check_resource_name, {}, Path("overhead"), errors);
  }
  if (!object.has_scheduling()) return;
  const Path path("scheduling");
  check_labels(object.scheduling().nodeselector(), path.child("nodeSelector"), errors);
  const auto& tolerations = object.scheduling().tolerations();
  for (int i = 0; i < tolerations.size(); ++i) {
    check_toleration(tolerations[i], path.child("tolerations").index(i), errors);
  }
}

void check_runtime_update(const node_v1::RuntimeClass& object, const node_v1::RuntimeClass& old,
                          ErrorList& errors) {
  check_immutable(object.handler(), old.handler(), Path("handler"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.coordination.v1.Lease", check_as<coordination_v1::Lease, check_lease>},
    {"k8s.io.api.scheduling.v1.PriorityClass",
     check_as<scheduling_v1::PriorityClass, check_priority>,
     compare_as<scheduling_v1::PriorityClass, check_priority_update>},
    {"k8s.io.api.node.v1.RuntimeClass", check_as<node_v1::RuntimeClass, check_runtime>,
     compare_as<node_v1::RuntimeClass, check_runtime_update>},
    {"k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
     check_as<CustomResourceDefinition, check_definition>,
     compare_as<CustomResourceDefinition, check_definition_update>,
     check_as<CustomResourceDefinition, check_definition_create>,
     compare_as<CustomResourceDefinition, check_definition_status>},
};

}  // namespace

std::span<const Validator> system_validators() { return kValidators; }

}  // namespace kubus::apiserver
