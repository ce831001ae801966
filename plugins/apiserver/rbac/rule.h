// One rule of a role, ready to be asked: which verbs on which resources or paths.
//
// Thread safety: a value.
#pragma once

#include <k8s/rbac/v1/role.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/types.h"
#include "request/request_info.h"

namespace kubus::apiserver::rbac {

// A "*" stands for all, "*/scale" for that subresource of all; a path may end with "*".
struct Rule {
  std::vector<std::string> verbs;
  std::vector<std::string> groups;
  std::vector<std::string> resources;
  std::vector<std::string> names;  // of single objects; empty: any
  std::vector<std::string> paths;

  bool allows(const RequestInfo& info) const;
  static Rule from(const rbac_v1::PolicyRule& rule);
  rbac_v1::PolicyRule to_message() const;
  bool operator==(const Rule&) const = default;
};
using Rules = std::vector<Rule>;

// Of a Role or a ClusterRole.
template <class Role>
Rules rules_of(const Role& role) {
  Rules rules;
  rules.reserve(static_cast<std::size_t>(role.rules_size()));
  for (const auto& rule : role.rules()) rules.push_back(Rule::from(rule));
  return rules;
}
template <class Role>
void set_rules(Role& role, const Rules& rules) {
  role.clear_rules();
  for (const auto& rule : rules) *role.add_rules() = rule.to_message();
}

// Whether `pattern` is that path, or ends with "*" and begins it.
bool path_covers(std::string_view pattern, std::string_view path);

}  // namespace kubus::apiserver::rbac
