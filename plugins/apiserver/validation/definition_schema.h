// What the schemas in a CustomResourceDefinition must be: such that objects can be pruned,
// defaulted and merged by them ("structural").
//
// Thread safety: pure functions.
#pragma once

#include <k8s/apiextensions/v1/json_schema.pb.h>

#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// `path`: where the schema of whole objects stands. `limited`: whether each rule in it must be
// cheap enough, which is not asked of a schema that was there before.
void check_structural_schema(const apiextensions_v1::JSONSchemaProps& root, const Path& path,
                             bool limited, ErrorList& errors);

// The declared type at the names of a path; null where nothing is declared.
const apiextensions_v1::JSONSchemaProps* schema_at(const apiextensions_v1::JSONSchemaProps& root,
                                                   const std::vector<std::string>& names);

}  // namespace kubus::apiserver
