#include "policy/rule_matching.h"

#include <k8s/core/v1/namespace.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

namespace v1 = admissionregistration_v1;

bool names_resource(std::string_view rule, std::string_view plural, std::string_view subresource) {
  const auto slash = rule.find('/');
  const auto resource = rule.substr(0, slash);
  const auto part = slash == rule.npos ? std::string_view() : rule.substr(slash + 1);
  const bool whole = resource == "*" || resource == plural;
  return whole && (slash == rule.npos ? subresource.empty() : part == "*" || part == subresource);
}

bool matches_named(const v1::NamedRuleWithOperations& rule, const AdmissionCall& call) {
  if (!matches_rule(rule.rulewithoperations(), call)) return false;
  if (rule.resourcenames().empty()) return true;
  const auto name = call.subject().name;
  return std::find(rule.resourcenames().begin(), rule.resourcenames().end(), name) !=
         rule.resourcenames().end();
}

bool matches_labels(const meta_v1::LabelSelector& selector, const Message* object) {
  const auto* metadata = object ? metadata_of(*object) : nullptr;
  return metadata && selector_matches(selector, metadata->labels());
}

}  // namespace

std::string_view operation_name(AdmissionCall::Operation operation) {
  using Operation = AdmissionCall::Operation;
  if (operation == Operation::kCreate) return "CREATE";
  return operation == Operation::kUpdate ? "UPDATE" : "DELETE";
}

bool matches_rule(const v1::RuleWithOperations& rule, const AdmissionCall& call) {
  const auto& resource = *call.call.resource;
  if (!rule_names(rule.operations(), operation_name(call.operation))) return false;
  const auto& what = rule.rule();
  if (!rule_names(what.apigroups(), resource.group)) return false;
  if (!rule_names(what.apiversions(), resource.version)) return false;
  if (what.scope() == "Cluster" && resource.namespaced) return false;
  if (what.scope() == "Namespaced" && !resource.namespaced) return false;
  return std::any_of(what.resources().begin(), what.resources().end(), [&](const std::string& one) {
    return names_resource(one, resource.plural, call.call.info.subresource);
  });
}

bool matches_object(const meta_v1::LabelSelector& selector, const AdmissionCall& call) {
  if (selector_empty(selector)) return true;
  return matches_labels(selector, call.object) || matches_labels(selector, call.old);
}

bool matches_namespace(const meta_v1::LabelSelector& selector, const AdmissionCall& call,
                       const ResourceCache& namespaces) {
  if (selector_empty(selector)) return true;
  // A namespace is judged by its own labels.
  if (call.is("", "namespaces"))
    return matches_labels(selector, call.object ? call.object : call.old);
  if (!call.call.resource->namespaced) return true;
  const auto ns = namespaces.get(call.call.info.ns);
  return ns && matches_labels(selector, ns->decoded().get());
}

bool matches_resources(const v1::MatchResources& match, const AdmissionCall& call,
                       const ResourceCache& namespaces) {
  if (!matches_namespace(match.namespaceselector(), call, namespaces)) return false;
  if (!matches_object(match.objectselector(), call)) return false;
  const auto matches = [&](const auto& rules) {
    return std::any_of(rules.begin(), rules.end(),
                       [&](const auto& rule) { return matches_named(rule, call); });
  };
  if (matches(match.excluderesourcerules())) return false;
  return match.resourcerules().empty() || matches(match.resourcerules());
}

}  // namespace kubus::apiserver
