// Turns the tables of default_policy.h into objects.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/rbac/v1/role_binding.pb.h>

#include <string_view>

#include "rbac/default_policy.h"
#include "rbac/rule.h"

namespace kubus::apiserver::rbac {

Rules parse_rules(std::string_view text);

// With the label and the annotation that defaults have.
rbac_v1::ClusterRole to_cluster_role(const DefaultRole& row);
rbac_v1::Role to_role(const DefaultRole& row);
rbac_v1::ClusterRoleBinding to_cluster_role_binding(const DefaultBinding& row);
rbac_v1::RoleBinding to_role_binding(const DefaultBinding& row);

// The role and the binding of a controller.
rbac_v1::ClusterRole to_controller_role(const DefaultRole& row);
rbac_v1::ClusterRoleBinding to_controller_binding(const DefaultRole& row);

}  // namespace kubus::apiserver::rbac
