#include "rbac/policy_text.h"

#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <sstream>

namespace kubus::apiserver::rbac {
namespace {

constexpr const char* kApiGroup = "rbac.authorization.k8s.io";
constexpr std::string_view kEvents = "create,patch,update core,events.k8s.io events";

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (comma != 0) items.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

std::vector<std::string> verbs_of(std::string_view text) {
  std::vector<std::string> verbs;
  for (auto& word : split(text)) {
    if (word == "read")
      verbs.insert(verbs.end(), {"get", "list", "watch"});
    else if (word == "write")
      verbs.insert(verbs.end(), {"create", "delete", "deletecollection", "patch", "update"});
    else
      verbs.push_back(std::move(word));
  }
  std::sort(verbs.begin(), verbs.end());
  return verbs;
}

std::vector<std::string> groups_of(std::string_view text) {
  auto groups = split(text);
  std::replace(groups.begin(), groups.end(), std::string("core"), std::string());
  return groups;
}

Rule parse_rule(const std::string& line) {
  if (line == "events") return parse_rule(std::string(kEvents));
  std::istringstream words(line);
  std::string verbs, groups, resources, names;
  words >> verbs >> groups >> resources >> names;
  Rule rule;
  rule.verbs = verbs_of(verbs);
  if (groups == "paths") {
    rule.paths = split(resources);
  } else {
    rule.groups = groups_of(groups);
    rule.resources = split(resources);
    rule.names = split(names);
  }
  return rule;
}

void set_metadata(meta_v1::ObjectMeta& metadata, std::string_view ns, std::string_view name) {
  metadata.set_name(std::string(name));
  if (!ns.empty()) metadata.set_namespace_(std::string(ns));
  (*metadata.mutable_labels())["kubernetes.io/bootstrapping"] = "rbac-defaults";
  (*metadata.mutable_annotations())["rbac.authorization.kubernetes.io/autoupdate"] = "true";
}

std::string aggregation_label(std::string_view role) {
  return std::string("rbac.authorization.k8s.io/aggregate-to-").append(role);
}

template <class Role>
Role make_role(const DefaultRole& row) {
  Role role;
  set_metadata(*role.mutable_metadata(), row.ns, row.name);
  set_rules(role, parse_rules(row.rules));
  return role;
}

template <class Binding>
void add_subject(Binding& binding, const char* kind, const std::string& name) {
  auto& subject = *binding.add_subjects();
  subject.set_kind(kind);
  subject.set_apigroup(kApiGroup);
  subject.set_name(name);
}

template <class Binding>
void add_account(Binding& binding, const std::string& account) {
  const auto slash = account.find('/');
  auto& subject = *binding.add_subjects();
  subject.set_kind("ServiceAccount");
  subject.set_namespace_(account.substr(0, slash));
  subject.set_name(account.substr(slash + 1));
}

template <class Binding>
Binding make_binding(const DefaultBinding& row) {
  Binding binding;
  set_metadata(*binding.mutable_metadata(), row.ns, row.name);
  auto& role = *binding.mutable_roleref();
  role.set_apigroup(kApiGroup);
  role.set_kind(row.ns.empty() ? "ClusterRole" : "Role");
  role.set_name(std::string(row.role));
  for (const auto& user : split(row.users)) add_subject(binding, "User", user);
  for (const auto& group : split(row.groups)) add_subject(binding, "Group", group);
  for (const auto& account : split(row.accounts)) add_account(binding, account);
  return binding;
}

}  // namespace

Rules parse_rules(std::string_view text) {
  Rules rules;
  std::istringstream lines{std::string(text)};
  std::string rule;
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find_first_not_of(' ');
    if (begin != std::string::npos) rule += line.substr(begin);
    if (rule.empty() || rule.ends_with(',')) continue;
    rules.push_back(parse_rule(rule));
    rule.clear();
  }
  return rules;
}

rbac_v1::ClusterRole to_cluster_role(const DefaultRole& row) {
  auto role = make_role<rbac_v1::ClusterRole>(row);
  if (!row.aggregate_to.empty())
    (*role.mutable_metadata()->mutable_labels())[aggregation_label(row.aggregate_to)] = "true";
  if (!row.aggregates.empty()) {
    auto& selector = *role.mutable_aggregationrule()->add_clusterroleselectors();
    (*selector.mutable_matchlabels())[aggregation_label(row.aggregates)] = "true";
  }
  return role;
}

rbac_v1::Role to_role(const DefaultRole& row) { return make_role<rbac_v1::Role>(row); }

rbac_v1::ClusterRoleBinding to_cluster_role_binding(const DefaultBinding& row) {
  return make_binding<rbac_v1::ClusterRoleBinding>(row);
}

rbac_v1::RoleBinding to_role_binding(const DefaultBinding& row) {
  return make_binding<rbac_v1::RoleBinding>(row);
}

rbac_v1::ClusterRole to_controller_role(const DefaultRole& row) {
  const auto name = std::string("system:controller:").append(row.name);
  return to_cluster_role({"", name, row.rules});
}

rbac_v1::ClusterRoleBinding to_controller_binding(const DefaultRole& row) {
  const auto name = std::string("system:controller:").append(row.name);
  const auto account = std::string("kube-system/").append(row.name);
  return to_cluster_role_binding({"", name, name, "", "", account});
}

}  // namespace kubus::apiserver::rbac
