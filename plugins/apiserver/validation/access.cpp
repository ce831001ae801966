#include <k8s/rbac/v1/role.pb.h>
#include <k8s/rbac/v1/role_binding.pb.h>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

void check_rule(const rbac_v1::PolicyRule& rule, bool namespaced, const Path& path,
                ErrorList& errors) {
  if (rule.verbs().empty()) {
    errors.required(path.child("verbs"), "verbs must contain at least one value");
  }
  if (!rule.nonresourceurls().empty()) {
    const Path urls = path.child("nonResourceURLs");
    std::string list;
    for (const std::string& url : rule.nonresourceurls()) {
      list += (list.empty() ? "" : ",") + quoted(url);
    }
    if (namespaced) {
      errors.invalid_json(urls, "[" + list + "]",
                          "namespaced rules cannot apply to non-resource URLs");
    }
    if (!rule.apigroups().empty() || !rule.resources().empty() || !rule.resourcenames().empty()) {
      errors.invalid_json(urls, "[" + list + "]",
                          "rules cannot apply to both regular resources and non-resource URLs");
    }
    return;
  }
  if (rule.apigroups().empty()) {
    errors.required(path.child("apiGroups"), "resource rules must supply at least one api group");
  }
  if (rule.resources().empty()) {
    errors.required(path.child("resources"), "resource rules must supply at least one resource");
  }
}

template <class Rules>
void check_rules(const Rules& rules, bool namespaced, ErrorList& errors) {
  for (int i = 0; i < rules.size(); ++i) {
    check_rule(rules[i], namespaced, Path("rules").index(static_cast<std::size_t>(i)), errors);
  }
}

void check_role(const rbac_v1::Role& role, ErrorList& errors) {
  check_rules(role.rules(), true, errors);
}

void check_cluster_role(const rbac_v1::ClusterRole& role, ErrorList& errors) {
  check_rules(role.rules(), false, errors);
  if (!role.has_aggregationrule()) return;
  const Path path = Path("aggregationRule").child("clusterRoleSelectors");
  const auto& selectors = role.aggregationrule().clusterroleselectors();
  if (selectors.empty()) {
    errors.required(path,
                    "at least one clusterRoleSelector required if aggregationRule is non-nil");
  }
  for (int i = 0; i < selectors.size(); ++i) {
    check_selector(selectors[i], path.index(static_cast<std::size_t>(i)), errors);
  }
}

void check_subject(const rbac_v1::Subject& subject, bool namespaced, const Path& path,
                   ErrorList& errors) {
  if (subject.name().empty()) errors.required(path.child("name"));
  if (subject.kind() == "ServiceAccount") {
    if (!subject.name().empty()) {
      errors.invalid_each(path.child("name"), subject.name(),
                          check_dns1123_subdomain(subject.name()));
    }
    if (!subject.apigroup().empty()) {
      errors.not_supported(path.child("apiGroup"), subject.apigroup(), {""});
    }
    if (!namespaced && subject.namespace_().empty()) errors.required(path.child("namespace"));
  } else if (subject.kind() == "User" || subject.kind() == "Group") {
    if (subject.apigroup() != kGroup) {
      errors.not_supported(path.child("apiGroup"), subject.apigroup(), {kGroup});
    }
  } else {
    errors.not_supported(path.child("kind"), subject.kind(), {"ServiceAccount", "User", "Group"});
  }
}

template <class Binding>
void check_binding(const Binding& binding, bool namespaced, ErrorList& errors) {
  const Path path("roleRef");
  const auto& reference = binding.roleref();
  if (reference.apigroup() != kGroup) {
    errors.not_supported(path.child("apiGroup"), reference.apigroup(), {kGroup});
  }
  if (namespaced) {
    if (reference.kind() != "Role" && reference.kind() != "ClusterRole") {
      errors.not_supported(path.child("kind"), reference.kind(), {"Role", "ClusterRole"});
    }
  } else if (reference.kind() != "ClusterRole") {
    errors.not_supported(path.child("kind"), reference.kind(), {"ClusterRole"});
  }
  if (reference.name().empty()) {
    errors.required(path.child("name"));
  } else {
    errors.invalid_each(path.child("name"), reference.name(), check_path_segment(reference.name()));
  }
  for (int i = 0; i < binding.subjects_size(); ++i) {
    check_subject(binding.subjects(i), namespaced,
                  Path("subjects").index(static_cast<std::size_t>(i)), errors);
  }
}

void check_role_binding(const rbac_v1::RoleBinding& binding, ErrorList& errors) {
  check_binding(binding, true, errors);
}

void check_cluster_role_binding(const rbac_v1::ClusterRoleBinding& binding, ErrorList& errors) {
  check_binding(binding, false, errors);
}

template <class Binding>
void check_same_role(const Binding& binding, const Binding& old, ErrorList& errors) {
  if (!equal(binding.roleref(), old.roleref())) {
    errors.invalid_json(Path("roleRef"), internal_json(binding.roleref()), "cannot change roleRef");
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.rbac.v1.Role", check_as<rbac_v1::Role, check_role>},
    {"k8s.io.api.rbac.v1.ClusterRole", check_as<rbac_v1::ClusterRole, check_cluster_role>},
    {"k8s.io.api.rbac.v1.RoleBinding", check_as<rbac_v1::RoleBinding, check_role_binding>,
     compare_as<rbac_v1::RoleBinding, check_same_role<rbac_v1::RoleBinding>>},
    {"k8s.io.api.rbac.v1.ClusterRoleBinding",
     check_as<rbac_v1::ClusterRoleBinding, check_cluster_role_binding>,
     compare_as<rbac_v1::ClusterRoleBinding, check_same_role<rbac_v1::ClusterRoleBinding>>},
};

}  // namespace

std::span<const Validator> access_validators() { return kValidators; }

}  // namespace kubus::apiserver
