// The resources that another API server says it has.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/resource.h"
#include "kubus/status.h"

namespace kubus::apiserver::aggregation {

// Of the APIResourceList that a server answers for its group and version.
Result<std::vector<ResourceInfo>> read_resources(std::string_view list, const std::string& group,
                                                 const std::string& version);

}  // namespace kubus::apiserver::aggregation
