// What the status of a ResourceClaim may be.
//
// Thread safety: pure function.
#pragma once

#include <k8s/resource/v1/resource_claim.pb.h>

#include <set>
#include <string>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// `requests`: the names that the claim gives to its requests and their alternatives.
void check_claim_status(const resource_v1::ResourceClaim& claim,
                        const resource_v1::ResourceClaim& old,
                        const std::set<std::string>& requests, ErrorList& errors);

}  // namespace kubus::apiserver
