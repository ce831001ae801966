// The index of OpenAPI v3 documents, as another server answers it at /openapi/v3.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::apiserver::aggregation {

// Where the document of `path`, "apis/GROUP/VERSION", is on the server; empty: it has none.
// kBadRequest: it is no such index, or leads elsewhere.
Result<std::string> page_in(std::string_view index, const std::string& path);

}  // namespace kubus::apiserver::aggregation
