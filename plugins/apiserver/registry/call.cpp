#include "registry/call.h"

#include "cache/storage_key.h"
#include "versions/version.h"

namespace kubus::apiserver {

std::string Call::key() const { return object_key(*resource, info.ns, info.name); }

std::string Call::manager() const {
  const auto named = query.get("fieldManager");
  return named.empty() ? program : std::string(named);
}

const ResourceInfo& Call::seen_resource() const { return version ? *version->served : *resource; }

Subject Call::subject(std::string_view name) const {
  return {resource->group, resource->plural, std::string(name)};
}

Subject Call::kind_subject(std::string_view name) const {
  return {resource->group, resource->kind, std::string(name)};
}

}  // namespace kubus::apiserver
