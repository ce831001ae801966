// Which requests the rules of policies and webhooks are about.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/admissionregistration/v1/rule.pb.h>

#include <algorithm>
#include <string_view>

#include "admission/admission.h"
#include "versions/equivalents.h"

namespace kubus::apiserver {

// By operation, group, version, resource ("pods", "pods/status", "*/*", ...) and scope, if the
// call were about the version `as` of its resource.
bool matches_rule(const admissionregistration_v1::RuleWithOperations& rule,
                  const AdmissionCall& call, const ResourceInfo& as);

// The version of its resource in which the first of the rules that `matches` names the call: the
// one that was asked for, and if there is no such rule and `equivalent` is set, another. Null: no
// rule is about the call.
template <class Rules, class Matches>
ResourceRef first_match(const Rules& rules, bool equivalent, const AdmissionCall& call,
                        const KindCatalog& kinds, Matches matches) {
  const auto& asked = call.call.seen_resource();
  for (const auto& rule : rules)
    if (matches(rule, asked)) return borrowed(asked);
  if (!equivalent) return nullptr;
  const auto others = equivalents_of(asked, kinds);
  if (others.empty()) return nullptr;
  for (const auto& rule : rules)
    for (const auto& other : others)
      if (matches(rule, *other)) return other;
  return nullptr;
}

// By the labels of the object, or of what it was.
bool matches_object(const meta_v1::LabelSelector& selector, const AdmissionCall& call);
// By the labels of the namespace the request is in; what is in none always matches. kNotFound:
// there is no such namespace.
Result<bool> matches_namespace(const meta_v1::LabelSelector& selector, const AdmissionCall& call,
                               const ResourceCache& namespaces);

// All of it, as policies say it; the version of the resource as above.
Result<ResourceRef> match_resources(const admissionregistration_v1::MatchResources& match,
                                    const AdmissionCall& call, const ResourceCache& namespaces,
                                    const KindCatalog& kinds);

// The name of an operation: "CREATE".
std::string_view operation_name(AdmissionCall::Operation operation);

// Whether a list of a rule has `wanted`, or everything.
template <class List>
bool rule_names(const List& list, std::string_view wanted) {
  return std::any_of(list.begin(), list.end(),
                     [&](const auto& one) { return one == "*" || one == wanted; });
}

}  // namespace kubus::apiserver
