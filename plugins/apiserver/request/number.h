// Numbers among the parameters of a request.
//
// Thread safety: a pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubus/status.h"
#include "request/query.h"

namespace kubus::apiserver {

// Nothing when the parameter is absent; kBadRequest when it is no number.
Result<std::optional<std::int64_t>> read_number(const Query& query, std::string_view name);

}  // namespace kubus::apiserver
