// The roles and bindings that every cluster has from its first start, as tables of text.
//
// Thread safety: constant tables.
//
// A rule is a line: verbs, groups, resources and, where there are some, names, each separated by
// commas; a line that ends with one goes on in the next. "read" and "write" stand for the verbs of
// looking and of changing, "core" for the group without a name, "paths" for the group of what is no
// resource; "events" alone is the rule by which components record what happens. policy_text.h reads
// it.
#pragma once

#include <span>
#include <string_view>

namespace kubus::apiserver::rbac {

struct DefaultRole {
  std::string_view ns;  // empty: a ClusterRole
  std::string_view name;
  std::string_view rules;
  std::string_view aggregate_to = {};  // gives its rules to that role
  std::string_view aggregates = {};    // takes the rules that are given to this name
};

// Names of users and groups, and "namespace/name" of service accounts; each separated by commas.
struct DefaultBinding {
  std::string_view ns;  // empty: a ClusterRoleBinding
  std::string_view name;
  std::string_view role;  // a ClusterRole, or a Role of the namespace
  std::string_view users;
  std::string_view groups;
  std::string_view accounts;
};

// Of users and components.
std::span<const DefaultRole> default_roles();
// system:controller:NAME, each bound to the service account NAME of kube-system.
std::span<const DefaultRole> controller_roles();
std::span<const DefaultRole> namespace_roles();
std::span<const DefaultBinding> default_bindings();

}  // namespace kubus::apiserver::rbac
