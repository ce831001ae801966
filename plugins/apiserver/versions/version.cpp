#include "versions/version.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "kubus/api/json.h"
#include "kubus/api/types.h"
#include "versions/autoscaler.h"
#include "versions/event.h"

namespace kubus::apiserver {

const std::vector<const Version*>& all_versions() {
  static const auto& all = *new std::vector<const Version*>{
      new Version{find_resource("autoscaling", "v1", "horizontalpodautoscalers"),
                  find_resource("autoscaling", "v2", "horizontalpodautoscalers"), autoscaler_to_v2,
                  autoscaler_to_v1},
      new Version{find_resource("events.k8s.io", "v1", "events"),
                  find_resource("", "v1", "events"), event_to_core, event_of_core,
                  event_field_in_core, true}};
  return all;
}

const Version* version_of(const ResourceInfo& resource) {
  for (const auto* version : all_versions())
    if (version->served == &resource) return version;
  return nullptr;
}

std::shared_ptr<const Message> validated(const Message& object, const Version* version) {
  if (version && version->validated_as_served) return version->to_served(object);
  return {std::shared_ptr<const void>(), &object};
}

Result<ObjectPtr> served_as(const ObjectPtr& object, const ResourceInfo& resource) {
  const auto* version = version_of(resource);
  if (!version) return object;
  auto message = version->to_served(*object->decode());
  metadata_of(*message)->clear_resourceversion();
  return Object::make(resource, to_json(*message), object->revision());
}

}  // namespace kubus::apiserver
