#include "registry/engines.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include "defaults/defaults.h"
#include "validation/validation.h"

namespace kubus::apiserver {
namespace {

Status outcome(const Message& object, const ResourceInfo& resource, const ErrorList& errors) {
  if (errors.empty()) return {};
  return to_status(resource, metadata_of(object)->name(), errors);
}

}  // namespace

Engines standard_engines() {
  Engines engines;
  engines.apply_defaults = [](Message& object, const ResourceInfo& resource) {
    apply_defaults(object, resource);
  };
  engines.check_create = [](const Message& object, const ResourceInfo& resource) {
    return outcome(object, resource, validate_create(object, resource));
  };
  engines.check_update = [](const Message& object, const Message& old,
                            const ResourceInfo& resource) {
    return outcome(object, resource, validate_update(object, old, resource));
  };
  engines.check_status = [](const Message& object, const Message& old,
                            const ResourceInfo& resource) {
    return outcome(object, resource, validate_status_update(object, old, resource));
  };
  engines.check_part = [](const Message& object, const Message& old, const ResourceInfo& resource,
                          std::string_view subresource) {
    return outcome(object, resource, validate_part_update(object, old, subresource));
  };
  return engines;
}

}  // namespace kubus::apiserver
