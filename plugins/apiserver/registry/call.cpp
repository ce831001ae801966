#include "registry/call.h"

#include "cache/storage_key.h"

namespace kubus::apiserver {

std::string Call::key() const { return object_key(*resource, info.ns, info.name); }

Subject Call::subject(std::string_view name) const {
  return {resource->group, resource->plural, std::string(name)};
}

Subject Call::kind_subject(std::string_view name) const {
  return {resource->group, resource->kind, std::string(name)};
}

}  // namespace kubus::apiserver
