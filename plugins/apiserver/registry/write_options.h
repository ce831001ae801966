// The parameters of a write that say how it is made and by whom.
//
// Thread safety: free functions.
#pragma once

#include <string_view>
#include <vector>

#include "registry/call.h"

namespace kubus::apiserver {

inline constexpr std::string_view kJsonPatch = "application/json-patch+json";
inline constexpr std::string_view kApplyPatch = "application/apply-patch+yaml";

// kInvalid for a create, update or patch whose parameters cannot be.
Status check_write_options(const Call& call);

// What is wrong with the parameter dryRun of a write.
std::vector<Cause> dry_run_problems(const Query& query);

}  // namespace kubus::apiserver
