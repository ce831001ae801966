// How groups and versions are called in the names of operations and in their tags.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

// "rbac.authorization.k8s.io" in names of operations, RbacAuthorization, and in tags,
// rbacAuthorization; the core group is called so.
std::string group_word(std::string_view group);
std::string group_tag(std::string_view group);
// "v1beta1" as V1beta1, "pod-template" as PodTemplate.
std::string camel_case(std::string_view text);

}  // namespace kubus::apiserver
