// Tables of custom objects: the columns that their definition names.
//
// Thread safety: pure functions.
#pragma once

#include <span>
#include <string>

#include "custom/kind.h"
#include "table/table.h"

namespace kubus::apiserver {

std::string custom_table(const CustomKind& kind, std::span<const TableRow> rows,
                         const TableOptions& options);

}  // namespace kubus::apiserver
