// The names of resources that quotas and limit ranges speak of.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <string>
#include <string_view>

#include "validation/field_error.h"

namespace kubus::apiserver {

// Known without a prefix.
bool is_standard_quota_resource(std::string_view name);
void check_quota_resource_name(const std::string& name, const Path& path, ErrorList& errors);
// Any resource at all: one that is known, or one with a prefix.
void check_any_resource_name(const std::string& name, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
