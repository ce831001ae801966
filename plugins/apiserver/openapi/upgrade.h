// OpenAPI v2 of another server as a document of version 3, where that server has none.
//
// Thread safety: a pure function.
#pragma once

#include <string>

#include "openapi/merge.h"

namespace kubus::apiserver {

// The document of one group and version; empty when the part has no path of it. Parameters that are
// shared are written out where they are used; empty, too, when that makes it larger than 64 MiB.
std::string document_v3_of(const SwaggerPart& part, const std::string& group,
                           const std::string& version);

}  // namespace kubus::apiserver
