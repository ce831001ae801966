// Resources that are served in other versions, or groups, than the one they are stored in.
//
// Thread safety: free functions.
#pragma once

#include <memory>
#include <string_view>
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
  // What is called otherwise there, of fields that objects are selected by; null: nothing.
  std::string_view (*stored_field)(std::string_view served) = nullptr;
  // More is asked of who writes in this version than of others.
  bool validated_as_served = false;
};

// Null for a resource that is served as it is stored, or not at all.
const Version* version_of(const ResourceInfo& resource);

// All of them.
const std::vector<const Version*>& all_versions();

// What is looked at to find mistakes in an object that is written in `version`, null for the one it
// is stored in. Valid as long as the object.
std::shared_ptr<const Message> validated(const Message& object, const Version* version);

// The object as `resource` shows it: itself where it is stored like that.
Result<ObjectPtr> served_as(const ObjectPtr& object, const ResourceInfo& resource);

}  // namespace kubus::apiserver
