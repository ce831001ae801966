// The rules that a ClusterRole has from others.
//
// Thread safety: a pure function.
#pragma once

#include <k8s/rbac/v1/role.pb.h>

#include <memory>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus::clusterrole_aggregation {

using Roles = std::vector<std::shared_ptr<const rbac_v1::ClusterRole>>;
using Rules = google::protobuf::RepeatedPtrField<rbac_v1::PolicyRule>;

// Those of the roles that the selectors of `role` match: selector by selector, within one by name,
// each rule once. kInvalid for a selector that cannot be read.
Result<Rules> aggregate(const rbac_v1::ClusterRole& role, Roles roles);
bool same_rules(const Rules& a, const Rules& b);

}  // namespace kubus::clusterrole_aggregation
