#include "validation/admission_rules.h"

#include <algorithm>
#include <set>
#include <string>

#include "schema/expression_rule.h"

namespace kubus::apiserver {
namespace {

namespace registration = admissionregistration_v1;
using RuleNames = google::protobuf::RepeatedPtrField<std::string>;

constexpr std::size_t kMostConditions = 64;

bool has_wildcard(const RuleNames& names) {
  return std::find(names.begin(), names.end(), "*") != names.end();
}

// A list that is required, and in which a "*" stands alone.
void check_rule_names(const RuleNames& names, std::string_view what, const Path& path,
                      ErrorList& errors) {
  if (names.empty()) errors.required(path);
  if (names.size() > 1 && has_wildcard(names))
    errors.invalid_json(path, list_json(names),
                        "if '*' is present, must not specify other " + std::string(what));
}

void check_rule_resource(const std::string& name, std::set<std::string>& all_parts_of,
                         std::set<std::string>& of_all, const Path& path, ErrorList& errors) {
  const auto slash = name.find('/');
  if (slash == std::string::npos) return;
  const auto resource = name.substr(0, slash), part = name.substr(slash + 1);
  if (all_parts_of.contains(resource))
    errors.invalid(path, name, "if '" + resource + "/*' is present, must not specify " + name);
  if (of_all.contains(part))
    errors.invalid(path, name, "if '*/" + part + "' is present, must not specify " + name);
  if (part == "*") all_parts_of.insert(resource);
  if (resource == "*") of_all.insert(part);
}

void check_rule_resources(const RuleNames& names, const Path& path, ErrorList& errors) {
  if (names.empty()) errors.required(path);
  std::set<std::string> all_parts_of, of_all;
  bool plain = false;  // of the last one without a part
  for (int i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      errors.required(path.index(i));
      continue;
    }
    if (names[i].find('/') == std::string::npos) plain = names[i] != "*";
    check_rule_resource(names[i], all_parts_of, of_all, path.index(i), errors);
  }
  const bool all = std::find(names.begin(), names.end(), "*/*") != names.end();
  if (names.size() > 1 && all)
    errors.invalid_json(path, list_json(names),
                        "if '*/*' is present, must not specify other resources");
  if (has_wildcard(names) && plain)
    errors.invalid_json(
        path, list_json(names),
        "if '*' is present, must not specify other resources without subresources");
}

}  // namespace

void check_rule(const registration::RuleWithOperations& rule, const Path& path, ErrorList& errors) {
  const auto operations = path.child("operations");
  check_rule_names(rule.operations(), "operations", operations, errors);
  for (int i = 0; i < rule.operations_size(); ++i) {
    const auto& one = rule.operations(i);
    if (one != "*" && one != "CONNECT" && one != "CREATE" && one != "DELETE" && one != "UPDATE")
      errors.not_supported(operations.index(i), one,
                           {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"});
  }
  const auto& what = rule.rule();
  check_rule_names(what.apigroups(), "API groups", path.child("apiGroups"), errors);
  const auto versions = path.child("apiVersions");
  check_rule_names(what.apiversions(), "API versions", versions, errors);
  for (int i = 0; i < what.apiversions_size(); ++i)
    if (what.apiversions(i).empty()) errors.required(versions.index(i));
  check_rule_resources(what.resources(), path.child("resources"), errors);
  const auto& scope = what.scope();
  if (what.has_scope() && scope != "*" && scope != "Cluster" && scope != "Namespaced")
    errors.not_supported(path.child("scope"), scope, {"*", "Cluster", "Namespaced"});
}

void check_match_conditions(
    const google::protobuf::RepeatedPtrField<registration::MatchCondition>& conditions,
    const Path& path, ErrorList& errors) {
  const auto count = static_cast<std::size_t>(conditions.size());
  if (count > kMostConditions) errors.too_many(path, count, kMostConditions);
  std::set<std::string> seen;
  for (int i = 0; i < conditions.size(); ++i) {
    const auto& one = conditions[i];
    const auto name = path.index(i).child("name");
    if (trimmed(one.expression()).empty()) errors.required(path.index(i).child("expression"));
    if (one.name().empty()) {
      errors.required(name);
      continue;
    }
    errors.invalid_each(name, one.name(), check_qualified_name(one.name()));
    if (!seen.insert(one.name()).second) errors.duplicate(name, one.name());
  }
}

}  // namespace kubus::apiserver
