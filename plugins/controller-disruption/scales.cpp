#include "scales.h"

#include <kubus/api/resource.h>

#include <map>
#include <optional>

namespace kubus::disruption {
namespace {

struct Scale {
  std::string uid;
  std::int32_t wanted = 1;
};
using Found = Result<std::optional<Scale>>;

template <class T>
std::optional<Scale> scale_of(const std::shared_ptr<const T>& object, const Owner& owner) {
  if (!object || object->metadata().uid() != owner.uid) return std::nullopt;
  const bool told = object->spec().has_replicas();
  return Scale{owner.uid, told ? object->spec().replicas() : 1};
}

// A set that belongs to a Deployment wants what the Deployment wants.
std::optional<Scale> scale_of_set(const Lookups& lookups, const ObjectKey& key,
                                  const Owner& owner) {
  const auto set = lookups.replica_set(key);
  if (!set || set->metadata().uid() != owner.uid) return std::nullopt;
  const Owner deployment = controller_of(*set);
  if (deployment.kind != "Deployment") return scale_of(set, owner);
  return scale_of(lookups.deployment({key.ns, deployment.name}), deployment);
}

bool in_group(const Owner& owner, std::string_view group) {
  const auto slash = owner.api_version.find('/');
  return owner.api_version.substr(0, slash == std::string::npos ? 0 : slash) == group;
}

Status cannot_scale(const Owner& owner) {
  for (const auto& resource : all_resources()) {
    if (resource.kind != owner.kind || !in_group(owner, resource.group)) continue;
    if (resource.find_subresource("scale")) return {};
    return Status(Code::kInvalid,
                  resource.group_resource() + " does not implement the scale subresource");
  }
  return Status(Code::kInvalid, "no matches for kind \"" + owner.kind + "\" in version \"" +
                                    owner.api_version + "\"");
}

Found find(const Lookups& lookups, const std::string& ns, const Owner& owner) {
  const ObjectKey key{ns, owner.name};
  if (owner.kind == "ReplicationController" && in_group(owner, ""))
    return scale_of(lookups.replication_controller(key), owner);
  if (owner.kind == "Deployment" && in_group(owner, "apps"))
    return scale_of(lookups.deployment(key), owner);
  if (owner.kind == "ReplicaSet" && in_group(owner, "apps"))
    return scale_of_set(lookups, key, owner);
  if (owner.kind == "StatefulSet" && in_group(owner, "apps"))
    return scale_of(lookups.stateful_set(key), owner);
  KUBUS_TRY(cannot_scale(owner));
  return std::optional<Scale>();
}

}  // namespace

Result<Scales> scales_of(const Pods& pods, const Lookups& lookups) {
  Scales out;
  std::map<std::string, std::int32_t> wanted;  // by the controllers' uids
  for (const PodPtr& pod : pods) {
    const Owner owner = controller_of(*pod);
    if (owner.uid.empty()) {
      out.unmanaged.push_back(pod->metadata().name());
      continue;
    }
    if (wanted.contains(owner.uid)) continue;
    auto found = find(lookups, pod->metadata().namespace_(), owner);
    if (!found.ok()) return found.status();
    if (!*found)
      return Status(Code::kNotFound,
                    "found no controllers for pod \"" + pod->metadata().name() + "\"");
    wanted[(*found)->uid] = (*found)->wanted;
  }
  for (const auto& [uid, count] : wanted) out.wanted += count;
  return out;
}

}  // namespace kubus::disruption
