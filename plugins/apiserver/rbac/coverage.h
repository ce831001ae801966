// Whether what somebody holds covers what they want to grant, and how what is missing is written.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "rbac/rule.h"

namespace kubus::apiserver::rbac {

// The parts of `wanted` that no single rule of `held` covers: one verb, group, resource and name
// each, or one verb and path.
Rules uncovered(const Rules& held, const Rules& wanted);

// One line for each resource, with all its verbs, sorted:
// {APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}.
std::string describe(const Rules& parts);

// A list as "a" "b" in brackets.
std::string quoted_list(const std::vector<std::string>& items);

}  // namespace kubus::apiserver::rbac
