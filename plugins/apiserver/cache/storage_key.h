// Where objects live in storage: /registry/<group or core>/<resource>/[<namespace>/]<name>.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

#include "kubus/api/resource.h"

namespace kubus::apiserver {

inline constexpr std::string_view kRegistryPrefix = "/registry/";
// The first key behind all of ours.
inline constexpr std::string_view kRegistryEnd = "/registry0";

// "ns/name", or "name" for a cluster-scoped resource.
std::string object_key(const ResourceInfo& resource, std::string_view ns, std::string_view name);
std::string storage_key(const ResourceInfo& resource, std::string_view key);

// The parts of a key; views into it. An empty resource: not one of ours.
struct StorageKey {
  std::string_view place;  // "core/pods"
  std::string_view key;    // "default/web"
};
StorageKey split_storage_key(std::string_view key);

}  // namespace kubus::apiserver
