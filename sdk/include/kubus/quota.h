// What objects use up of a ResourceQuota, and which objects a quota is about: whoever lets an
// object in and whoever reckons up what there is share these rules.
//
// Thread safety: values and pure functions.
#pragma once

#include <google/protobuf/map.h>

#include <map>
#include <string>
#include <string_view>

#include "kubus/api/quantity.h"
#include "kubus/api/resource.h"
#include "kubus/api/time.h"
#include "kubus/api/types.h"
#include "kubus/object.h"

namespace k8s::io::api::core::v1 {
class Pod;
class PodSpec;
class ResourceQuota;
class ResourceRequirements;
}  // namespace k8s::io::api::core::v1

namespace kubus {

// By name of the resource.
using Amounts = std::map<std::string, QuantityValue>;
using AmountMap = google::protobuf::Map<std::string, Quantity>;

Amounts amounts_of(const AmountMap& map);
void store_amounts(const Amounts& amounts, AmountMap& map);
void add_amounts(Amounts& sum, const Amounts& more);
// The larger one of each.
void raise_amounts(Amounts& amounts, const Amounts& others);

// All that a pod's containers ask for, and may use, together: init containers do not run beside the
// others, sidecars do; what is said for the pod as a whole comes first.
Amounts pod_requests(const core_v1::PodSpec& spec);
Amounts pod_limits(const core_v1::PodSpec& spec);
// The same with the overhead of the pod, and what its containers have while they are resized.
Amounts pod_requests_in_use(const core_v1::Pod& pod);
Amounts pod_limits_in_use(const core_v1::Pod& pod);

// Pods that have ended, or should have, use nothing but their place among the objects.
bool counts_in_quota(const core_v1::Pod& pod, SystemTime now);

// What the object uses of everything a quota can bound.
Amounts quota_usage(const ResourceInfo& resource, const Message& object, SystemTime now);
// What a quota on one container would count of it.
Amounts container_usage(const core_v1::ResourceRequirements& resources);
// Whether a quota's entry of that name bounds objects of this resource.
bool bounds_resource(std::string_view name, const ResourceInfo& resource);
// Whether the quota's scopes include the object.
bool in_quota_scope(const core_v1::ResourceQuota& quota, const ResourceInfo& resource,
                    const Message& object);

// The resource whose objects a quota's entry of that name counts; null when there is none. "pods"
// and "requests.cpu" are about pods, "count/deployments.apps" about Deployments.
const ResourceInfo* bounded_resource(std::string_view name);

// Not one of Kubernetes itself: "example.com/gpu".
bool is_extended_resource(std::string_view name);

}  // namespace kubus
