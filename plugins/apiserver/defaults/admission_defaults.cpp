#include <k8s/admissionregistration/v1/admission_policy.pb.h>
#include <k8s/admissionregistration/v1/rule.pb.h>
#include <k8s/admissionregistration/v1/webhook.pb.h>

#include "defaults/defaulter.h"

namespace kubus::apiserver {
namespace {

namespace v1 = admissionregistration_v1;

template <class Webhook>
void default_webhook(Webhook& webhook) {
  if (!webhook.has_failurepolicy()) webhook.set_failurepolicy("Fail");
  if (!webhook.has_matchpolicy()) webhook.set_matchpolicy("Equivalent");
  webhook.mutable_namespaceselector();
  webhook.mutable_objectselector();
  if (!webhook.has_timeoutseconds()) webhook.set_timeoutseconds(10);
}

void default_mutating(v1::MutatingWebhook& webhook) {
  default_webhook(webhook);
  if (!webhook.has_reinvocationpolicy()) webhook.set_reinvocationpolicy("Never");
}

void default_rule(v1::Rule& rule) {
  if (!rule.has_scope()) rule.set_scope("*");
}

void default_reference(v1::ServiceReference& reference) {
  if (!reference.has_port()) reference.set_port(443);
}

void default_policy(v1::ValidatingAdmissionPolicySpec& spec) {
  if (!spec.has_failurepolicy()) spec.set_failurepolicy("Fail");
}

void default_match(v1::MatchResources& match) {
  if (!match.has_matchpolicy()) match.set_matchpolicy("Equivalent");
  match.mutable_namespaceselector();
  match.mutable_objectselector();
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.admissionregistration.v1.ValidatingWebhook",
     default_as<v1::ValidatingWebhook, default_webhook<v1::ValidatingWebhook>>},
    {"k8s.io.api.admissionregistration.v1.MutatingWebhook",
     default_as<v1::MutatingWebhook, default_mutating>},
    {"k8s.io.api.admissionregistration.v1.Rule", default_as<v1::Rule, default_rule>},
    {"k8s.io.api.admissionregistration.v1.ServiceReference",
     default_as<v1::ServiceReference, default_reference>},
    {"k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicySpec",
     default_as<v1::ValidatingAdmissionPolicySpec, default_policy>},
    {"k8s.io.api.admissionregistration.v1.MatchResources",
     default_as<v1::MatchResources, default_match>},
};

}  // namespace

std::span<const Defaulter> admission_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
