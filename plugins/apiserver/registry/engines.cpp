#include "registry/engines.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include "custom/engine.h"
#include "defaults/defaults.h"
#include "fairness/default_objects.h"
#include "policy/expressions.h"
#include "validation/validation.h"

namespace kubus::apiserver {
namespace {

const CustomObject& custom(const Message& object) {
  return static_cast<const CustomObject&>(object);
}

Status outcome(const Message& object, const ResourceInfo& resource, const ErrorList& errors) {
  if (errors.empty()) return {};
  if (!custom_kind(resource)) return to_status(resource, metadata_of(object)->name(), errors);
  // The object may say that it is another one, which is one of its faults.
  const std::string_view version = custom(object).api_version();
  return to_status(version.substr(0, version.find('/')), custom(object).kind(),
                   metadata_of(object)->name(), errors);
}

}  // namespace

Engines standard_engines() {
  Engines engines;
  engines.apply_defaults = [](Message& object, const ResourceInfo& resource) {
    if (const auto* kind = custom_kind(resource))
      return apply_custom_defaults(static_cast<CustomObject&>(object), *kind);
    apply_defaults(object);
  };
  engines.check_create = [](const Message& object, const ResourceInfo& resource) {
    auto errors = validate_create(object, resource);
    if (const auto* kind = custom_kind(resource))
      check_custom(custom(object), nullptr, *kind, errors);
    policy::check_admission_expressions(object, nullptr, errors);
    fairness::check_mandatory(object, errors);
    return outcome(object, resource, errors);
  };
  engines.check_update = [](const Message& object, const Message& old,
                            const ResourceInfo& resource) {
    auto errors = validate_update(object, old, resource);
    if (const auto* kind = custom_kind(resource))
      check_custom(custom(object), &custom(old), *kind, errors);
    policy::check_admission_expressions(object, &old, errors);
    fairness::check_mandatory(object, errors);
    return outcome(object, resource, errors);
  };
  engines.check_status = [](const Message& object, const Message& old,
                            const ResourceInfo& resource) {
    auto errors = validate_status_update(object, old, resource);
    if (const auto* kind = custom_kind(resource))
      check_custom(custom(object), &custom(old), *kind, errors);
    return outcome(object, resource, errors);
  };
  engines.check_part = [](const Message& object, const Message& old, const ResourceInfo& resource,
                          std::string_view subresource) {
    return outcome(object, resource, validate_part_update(object, old, subresource));
  };
  return engines;
}

}  // namespace kubus::apiserver
