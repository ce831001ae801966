// What the list types in a schema ask of what is in the lists.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/apiextensions/v1/json_schema.pb.h>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

void check_list_type(const apiextensions_v1::JSONSchemaProps& props, const Path& path,
                     ErrorList& errors);
// "must be TYPE if REASON", where another type is said, or none.
void check_type_is(const apiextensions_v1::JSONSchemaProps& props, const char* type,
                   const char* reason, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
