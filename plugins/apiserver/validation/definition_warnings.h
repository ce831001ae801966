// Warnings that clients get with a definition they write.
//
// Thread safety: pure function.
#pragma once

#include <k8s/apiextensions/v1/custom_resource_definition.pb.h>

#include <string>
#include <vector>

#include "kubus/api/types.h"

namespace kubus::apiserver {

void warn_of_definition(const apiextensions_v1::CustomResourceDefinition& object,
                        const apiextensions_v1::CustomResourceDefinition* old,
                        std::vector<std::string>& out);

}  // namespace kubus::apiserver
