// The authorizer of roles and bindings.
//
// Thread safety: as Authorizer and Index.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/authorizer.h"
#include "rbac/index.h"

namespace kubus::apiserver::rbac {

// Never denies: somebody else may allow what no role does.
std::unique_ptr<Authorizer> make_authorizer(const Index& index);

// "a", or "[a, b]" with each text once.
std::string join_errors(const std::vector<std::string>& errors);

}  // namespace kubus::apiserver::rbac
