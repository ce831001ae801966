// What persistent volumes and claims for them have in common.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <string>

#include "validation/field_error.h"

namespace kubus::apiserver {

void check_access_modes(const google::protobuf::RepeatedPtrField<std::string>& modes,
                        const Path& path, ErrorList& errors);
void check_volume_mode(bool present, const std::string& mode, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
