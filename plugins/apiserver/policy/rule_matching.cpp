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

bool matches_named(const v1::NamedRuleWithOperations& rule, const AdmissionCall& call,
                   const ResourceInfo& as) {
  if (!matches_rule(rule.rulewithoperations(), call, as)) return false;
  const auto& names = rule.resourcenames();
  return names.empty() || std::find(names.begin(), names.end(), call.name()) != names.end();
}

bool matches_labels(const meta_v1::LabelSelector& selector, const Message* object) {
  const auto* metadata = object ? metadata_of(*object) : nullptr;
  return metadata && selector_matches(selector, metadata->labels());
}

}  // namespace

std::string_view operation_name(AdmissionCall::Operation operation) {
  using Operation = AdmissionCall::Operation;
  switch (operation) {
    case Operation::kCreate:
      return "CREATE";
    case Operation::kUpdate:
      return "UPDATE";
    case Operation::kDelete:
      return "DELETE";
    case Operation::kConnect:
      break;
  }
  return "CONNECT";
}

bool matches_rule(const v1::RuleWithOperations& rule, const AdmissionCall& call,
                  const ResourceInfo& as) {
  if (!rule_names(rule.operations(), operation_name(call.operation))) return false;
  const auto& what = rule.rule();
  if (!rule_names(what.apigroups(), as.group)) return false;
  if (!rule_names(what.apiversions(), as.version)) return false;
  if (what.scope() == "Cluster" && as.namespaced) return false;
  if (what.scope() == "Namespaced" && !as.namespaced) return false;
  return std::any_of(what.resources().begin(), what.resources().end(), [&](const std::string& one) {
    return names_resource(one, as.plural, call.call.info.subresource);
  });
}

bool matches_object(const meta_v1::LabelSelector& selector, const AdmissionCall& call) {
  if (selector_empty(selector)) return true;
  return matches_labels(selector, call.object) || matches_labels(selector, call.old);
}

Result<bool> matches_namespace(const meta_v1::LabelSelector& selector, const AdmissionCall& call,
                               const ResourceCache& namespaces) {
  const auto name = call.ns();
  if (name.empty() || selector_empty(selector)) return true;
  // A namespace that is written is judged by its labels as they will be.
  if (call.is("", "namespaces") && (call.creates() || call.updates()))
    return matches_labels(selector, call.object);
  const auto ns = namespaces.get(name);
  if (!ns) return errors::not_found({"", "namespaces", name});
  return matches_labels(selector, ns->decoded().get());
}

Result<ResourceRef> match_resources(const v1::MatchResources& match, const AdmissionCall& call,
                                    const ResourceCache& namespaces, const KindCatalog& kinds) {
  const auto in_namespace = matches_namespace(match.namespaceselector(), call, namespaces);
  if (in_namespace.ok() && !*in_namespace) return ResourceRef();
  if (!matches_object(match.objectselector(), call)) return ResourceRef();
  const auto find = [&](const auto& rules) {
    return first_match(rules, match.matchpolicy() == "Equivalent", call, kinds,
                       [&](const auto& rule, const ResourceInfo& as) {
                         return matches_named(rule, call, as);
                       });
  };
  if (find(match.excluderesourcerules())) return ResourceRef();
  auto found = match.resourcerules().empty() ? borrowed(call.call.seen_resource())
                                             : find(match.resourcerules());
  if (found && !in_namespace.ok()) return in_namespace.status();
  return found;
}

}  // namespace kubus::apiserver
