// Linux capabilities of containers.
//
// Thread safety: free functions.
#pragma once

#include <set>
#include <string>

#include "kubus/runtime.pb.h"
#include "kubus/status.h"

namespace kubus::runtime_oci {

// Every capability of the running kernel that this process has itself and so can give.
std::set<std::string> all_capabilities();
// The usual set, with what the context adds and drops. Invalid for an unknown name.
Result<std::set<std::string>> container_capabilities(const runtime::SecurityContext& context);

}  // namespace kubus::runtime_oci
