// What may be said of devices that a request is for.
//
// Thread safety: a pure function; it adds what it finds to the errors.
#pragma once

#include <string>

#include "validation/field_error.h"

namespace kubus::apiserver {

// Whether the text is an expression about a device, and none that takes too long.
void check_device_expression(const std::string& expression, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
