#include <k8s/apiextensions/v1/custom_resource_definition.pb.h>
#include <k8s/apiregistration/v1/api_service.pb.h>
#include <k8s/flowcontrol/v1/flow_schema.pb.h>
#include <k8s/flowcontrol/v1/priority_level.pb.h>
#include <k8s/rbac/v1/role_binding.pb.h>
#include <k8s/scheduling/v1/priority_class.pb.h>

#include "defaults/defaulter.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kRbacGroup = "rbac.authorization.k8s.io";

void default_role_reference(rbac_v1::RoleRef& reference) {
  if (reference.apigroup().empty()) reference.set_apigroup(kRbacGroup);
}

void default_subject(rbac_v1::Subject& subject) {
  const bool named = subject.kind() == "User" || subject.kind() == "Group";
  if (subject.apigroup().empty() && named) subject.set_apigroup(kRbacGroup);
}

void default_priority(scheduling_v1::PriorityClass& object) {
  if (!object.has_preemptionpolicy()) object.set_preemptionpolicy("PreemptLowerPriority");
}

void default_schema(flowcontrol_v1::FlowSchemaSpec& spec) {
  if (spec.matchingprecedence() == 0) spec.set_matchingprecedence(1000);
}

void default_exempt(flowcontrol_v1::ExemptPriorityLevelConfiguration& level) {
  if (!level.has_nominalconcurrencyshares()) level.set_nominalconcurrencyshares(0);
  if (!level.has_lendablepercent()) level.set_lendablepercent(0);
}

void default_limited(flowcontrol_v1::LimitedPriorityLevelConfiguration& level) {
  if (!level.has_nominalconcurrencyshares()) level.set_nominalconcurrencyshares(30);
  if (!level.has_lendablepercent()) level.set_lendablepercent(0);
}

void default_queuing(flowcontrol_v1::QueuingConfiguration& queuing) {
  if (queuing.handsize() == 0) queuing.set_handsize(8);
  if (queuing.queues() == 0) queuing.set_queues(64);
  if (queuing.queuelengthlimit() == 0) queuing.set_queuelengthlimit(50);
}

void default_api_service(apiregistration_v1::ServiceReference& reference) {
  if (!reference.has_port()) reference.set_port(443);
}

void default_definition(apiextensions_v1::CustomResourceDefinitionSpec& spec) {
  auto& names = *spec.mutable_names();
  if (names.singular().empty()) {
    std::string singular = names.kind();
    for (char& c : singular) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    names.set_singular(singular);
  }
  if (names.listkind().empty() && !names.kind().empty()) names.set_listkind(names.kind() + "List");
  if (!spec.has_conversion()) spec.mutable_conversion()->set_strategy("None");
}

void default_definition_service(apiextensions_v1::ServiceReference& reference) {
  if (!reference.has_port()) reference.set_port(443);
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.rbac.v1.RoleRef", default_as<rbac_v1::RoleRef, default_role_reference>},
    {"k8s.io.api.rbac.v1.Subject", default_as<rbac_v1::Subject, default_subject>},
    {"k8s.io.api.scheduling.v1.PriorityClass",
     default_as<scheduling_v1::PriorityClass, default_priority>},
    {"k8s.io.api.flowcontrol.v1.FlowSchemaSpec",
     default_as<flowcontrol_v1::FlowSchemaSpec, default_schema>},
    {"k8s.io.api.flowcontrol.v1.ExemptPriorityLevelConfiguration",
     default_as<flowcontrol_v1::ExemptPriorityLevelConfiguration, default_exempt>},
    {"k8s.io.api.flowcontrol.v1.LimitedPriorityLevelConfiguration",
     default_as<flowcontrol_v1::LimitedPriorityLevelConfiguration, default_limited>},
    {"k8s.io.api.flowcontrol.v1.QueuingConfiguration",
     default_as<flowcontrol_v1::QueuingConfiguration, default_queuing>},
    {"k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.ServiceReference",
     default_as<apiregistration_v1::ServiceReference, default_api_service>},
    {"k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec",
     default_as<apiextensions_v1::CustomResourceDefinitionSpec, default_definition>},
    {"k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.ServiceReference",
     default_as<apiextensions_v1::ServiceReference, default_definition_service>},
};

}  // namespace

std::span<const Defaulter> system_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
