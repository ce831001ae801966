// Texts of definitions.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/apiextensions/v1/custom_resource_definition.pb.h>

#include <algorithm>
#include <string>

#include "kubus/api/types.h"

namespace kubus::apiserver {

// The versions as the reference prints them where they are at fault: what all of them have in
// common stands elsewhere in it.
std::string internal_versions_json(const apiextensions_v1::CustomResourceDefinitionSpec& spec);

// Whether all versions have the same of something, which is then told of once.
template <class Same>
bool all_versions_same(const apiextensions_v1::CustomResourceDefinitionSpec& spec,
                       const Same& same) {
  return std::all_of(spec.versions().begin(), spec.versions().end(),
                     [&](const auto& version) { return same(version, spec.versions(0)); });
}
bool same_columns(const apiextensions_v1::CustomResourceDefinitionVersion& a,
                  const apiextensions_v1::CustomResourceDefinitionVersion& b);
bool same_selectable(const apiextensions_v1::CustomResourceDefinitionVersion& a,
                     const apiextensions_v1::CustomResourceDefinitionVersion& b);

}  // namespace kubus::apiserver
