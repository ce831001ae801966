// The kernel's own configuration keys, and those it adds to the section of every plugin.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "config/value.h"

namespace kubus::kernel {

// `plugin_dir` is where this kubusd's own plugins lie, the default of `plugin_dirs`.
std::vector<KeySpec> kernel_schema(const std::string& plugin_dir);
// enabled, isolation, memory_limit: a manifest may not declare keys of these names.
const std::vector<KeySpec>& common_plugin_schema();

}  // namespace kubus::kernel
