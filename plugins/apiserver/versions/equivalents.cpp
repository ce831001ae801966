#include "versions/equivalents.h"

#include <google/protobuf/message.h>

#include "custom/kind.h"
#include "registry/reflect.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

std::vector<ResourceRef> custom_equivalents(const ResourceInfo& resource,
                                            const KindCatalog& kinds) {
  std::vector<ResourceRef> out;
  const auto served = kinds.served();
  const auto prefix = resource.group + "/";
  for (auto at = served->custom.lower_bound(prefix);
       at != served->custom.end() && at->first.starts_with(prefix); ++at) {
    const auto& other = at->second.kind();
    if (other.plural == resource.plural && other.version != resource.version)
      out.emplace_back(at->second.served, &other);
  }
  return out;
}

std::unique_ptr<Message> custom_as(const Message& object, const CustomKind& to) {
  auto out = clone(object);
  static_cast<CustomObject&>(*out).set_api_version(to.api_version());
  return out;
}

}  // namespace

std::vector<ResourceRef> equivalents_of(const ResourceInfo& resource, const KindCatalog& kinds) {
  if (custom_kind(resource)) return custom_equivalents(resource, kinds);
  std::vector<ResourceRef> out;
  for (const auto* version : all_versions()) {
    if (version->served == &resource) out.push_back(borrowed(*version->stored));
    if (version->stored == &resource) out.push_back(borrowed(*version->served));
  }
  return out;
}

std::unique_ptr<Message> object_as(const Message& object, const ResourceInfo& from,
                                   const ResourceInfo& to) {
  if (object.GetDescriptor() != from.message || &from == &to) return clone(object);
  if (const auto* kind = custom_kind(to)) return custom_as(object, *kind);
  for (const auto* version : all_versions()) {
    if (version->served == &from && version->stored == &to) return version->to_stored(object);
    if (version->stored == &from && version->served == &to) return version->to_served(object);
  }
  return clone(object);
}

}  // namespace kubus::apiserver
