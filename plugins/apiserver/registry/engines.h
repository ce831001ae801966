// The engines a registry uses on decoded objects: defaults and validation. A table, so that the
// registry is tested without them.
//
// Thread safety: the functions may be called from any thread at once.
#pragma once

#include <string_view>

#include "kubus/api/resource.h"
#include "kubus/object.h"
#include "kubus/status.h"

namespace kubus::apiserver {

struct Engines {
  void (*apply_defaults)(Message& object, const ResourceInfo& resource) = nullptr;
  // kInvalid with all that is wrong.
  Status (*check_create)(const Message& object, const ResourceInfo& resource) = nullptr;
  Status (*check_update)(const Message& object, const Message& old,
                         const ResourceInfo& resource) = nullptr;
  Status (*check_status)(const Message& object, const Message& old,
                         const ResourceInfo& resource) = nullptr;
  // A change by a subresource that has rules of its own.
  Status (*check_part)(const Message& object, const Message& old, const ResourceInfo& resource,
                       std::string_view subresource) = nullptr;
};

// Those of this server.
Engines standard_engines();

}  // namespace kubus::apiserver
