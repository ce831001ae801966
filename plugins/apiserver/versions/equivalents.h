// The other versions in which the objects of a resource are served, and objects as these show them.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <memory>
#include <vector>

#include "custom/catalog.h"
#include "kubus/object.h"

namespace kubus::apiserver {

// A version of a resource, which stays as long as it is held.
using ResourceRef = std::shared_ptr<const ResourceInfo>;

// One that somebody else holds for longer.
inline ResourceRef borrowed(const ResourceInfo& resource) {
  return {std::shared_ptr<const void>(), &resource};
}

// Without `resource` itself. Of a custom kind those that are served now.
std::vector<ResourceRef> equivalents_of(const ResourceInfo& resource, const KindCatalog& kinds);

// A new object that is what `object`, in the version `from`, is in the version `to` of the same
// resource. What is posted to a resource or stands for one of its parts has one version only.
//
// Custom kinds that no webhook converts differ in their apiVersion; what the schema of a version does
// not know stays.
std::unique_ptr<Message> object_as(const Message& object, const ResourceInfo& from,
                                   const ResourceInfo& to);

}  // namespace kubus::apiserver
