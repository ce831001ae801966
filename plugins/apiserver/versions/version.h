// Resources that are served in other versions than the one they are stored in.
//
// Thread safety: free functions.
#pragma once

#include <memory>
#include <vector>

#include "cache/object.h"
#include "kubus/object.h"

namespace kubus::apiserver {

struct Version {
  const ResourceInfo* served = nullptr;
  const ResourceInfo* stored = nullptr;
  // Each makes a message of the other type; nothing is lost on the way there and back.
  std::unique_ptr<Message> (*to_stored)(const Message& served) = nullptr;
  std::unique_ptr<Message> (*to_served)(const Message& stored) = nullptr;
};

// Null for a resource that is served as it is stored, or not at all.
const Version* version_of(const ResourceInfo& resource);

// All of them.
const std::vector<const Version*>& all_versions();

// The object as `resource` shows it: itself where it is stored like that.
Result<ObjectPtr> served_as(const ObjectPtr& object, const ResourceInfo& resource);

}  // namespace kubus::apiserver
