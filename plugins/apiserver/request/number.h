// Numbers in requests.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubus/status.h"
#include "request/query.h"

namespace kubus::apiserver {

// Nothing when the parameter is absent; kBadRequest when it is no number.
Result<std::optional<std::int64_t>> read_number(const Query& query, std::string_view name);

// A resourceVersion as it is written, as Go reads it; kUnknown when it is none.
Result<std::int64_t> parse_version(std::string_view text);

}  // namespace kubus::apiserver
