// CustomResourceDefinitions.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/apiextensions/v1/custom_resource_definition.pb.h>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

using apiextensions_v1::CustomResourceDefinition;

void check_definition(const CustomResourceDefinition& object, ErrorList& errors);
void check_definition_create(const CustomResourceDefinition& object, ErrorList& errors);
void check_definition_update(const CustomResourceDefinition& object,
                             const CustomResourceDefinition& old, ErrorList& errors);
void check_definition_status(const CustomResourceDefinition& object,
                             const CustomResourceDefinition& old, ErrorList& errors);

// Subresources, columns and selectable fields of one version. `path`: of the spec.
void check_definition_version(const apiextensions_v1::CustomResourceDefinitionSpec& spec, int index,
                              const Path& path, ErrorList& errors);
// How the versions of `spec` become one another. `path`: of that.
void check_conversion(const apiextensions_v1::CustomResourceDefinitionSpec& spec, const Path& path,
                      ErrorList& errors);

}  // namespace kubus::apiserver
