// Which requests the rules of policies and webhooks are about.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/admissionregistration/v1/rule.pb.h>

#include <algorithm>
#include <string_view>

#include "admission/admission.h"

namespace kubus::apiserver {

// By operation, group, version, resource ("pods", "pods/status", "*/*", ...) and scope.
bool matches_rule(const admissionregistration_v1::RuleWithOperations& rule,
                  const AdmissionCall& call);

// By the labels of the object, or of what it was.
bool matches_object(const meta_v1::LabelSelector& selector, const AdmissionCall& call);
// By the labels of the namespace the request is in; what is in none always matches.
bool matches_namespace(const meta_v1::LabelSelector& selector, const AdmissionCall& call,
                       const ResourceCache& namespaces);

// All of it, as policies say it.
bool matches_resources(const admissionregistration_v1::MatchResources& match,
                       const AdmissionCall& call, const ResourceCache& namespaces);

// The name of an operation: "CREATE".
std::string_view operation_name(AdmissionCall::Operation operation);

// Whether a list of a rule has `wanted`, or everything.
template <class List>
bool rule_names(const List& list, std::string_view wanted) {
  return std::any_of(list.begin(), list.end(),
                     [&](const auto& one) { return one == "*" || one == wanted; });
}

}  // namespace kubus::apiserver
