#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/resource_quota.pb.h>

#include <algorithm>

#include "kubus/quota.h"

namespace kubus {
namespace {

using core_v1::Pod;
using Requirement = core_v1::ScopedResourceSelectorRequirement;

// An empty value is none.
bool selects(const Requirement& requirement, const std::string& value) {
  const auto& op = requirement.operator_();
  const auto& values = requirement.values();
  const bool listed =
      !value.empty() && std::find(values.begin(), values.end(), value) != values.end();
  if (op == "In") return listed;
  if (op == "NotIn") return !listed;
  return op == "Exists" ? !value.empty() : op == "DoesNotExist" && value.empty();
}

bool is_terminating(const Pod& pod) {
  return pod.spec().has_activedeadlineseconds() && pod.spec().activedeadlineseconds() >= 0;
}

template <class Terms>
bool reach_beyond(const Terms& terms) {
  return std::any_of(terms.begin(), terms.end(), [](const auto& term) {
    return term.namespaces_size() > 0 || term.has_namespaceselector();
  });
}

template <class Terms>
bool weighted_reach_beyond(const Terms& terms) {
  return std::any_of(terms.begin(), terms.end(), [](const auto& term) {
    return term.podaffinityterm().namespaces_size() > 0 ||
           term.podaffinityterm().has_namespaceselector();
  });
}

template <class Affinity>
bool reaches_beyond(const Affinity& affinity) {
  return reach_beyond(affinity.requiredduringschedulingignoredduringexecution()) ||
         weighted_reach_beyond(affinity.preferredduringschedulingignoredduringexecution());
}

bool uses_other_namespaces(const Pod& pod) {
  const auto& affinity = pod.spec().affinity();
  return reaches_beyond(affinity.podaffinity()) || reaches_beyond(affinity.podantiaffinity());
}

bool includes(const Requirement& requirement, const Pod& pod) {
  const auto& scope = requirement.scopename();
  if (scope == "Terminating") return is_terminating(pod);
  if (scope == "NotTerminating") return !is_terminating(pod);
  if (scope == "BestEffort") return pod.status().qosclass() == "BestEffort";
  if (scope == "NotBestEffort") return pod.status().qosclass() != "BestEffort";
  if (scope == "PriorityClass") return selects(requirement, pod.spec().priorityclassname());
  return scope == "CrossNamespacePodAffinity" && uses_other_namespaces(pod);
}

// A claim that changes its class belongs to all of them.
bool includes(const Requirement& requirement, const core_v1::PersistentVolumeClaim& claim) {
  if (requirement.scopename() != "VolumeAttributesClass") return false;
  const auto& status = claim.status();
  bool any = false, included = false;
  for (const auto* name :
       {&claim.spec().volumeattributesclassname(), &status.currentvolumeattributesclassname(),
        &status.modifyvolumestatus().targetvolumeattributesclassname()}) {
    if (name->empty()) continue;
    any = true;
    included |= selects(requirement, *name);
  }
  return any ? included : selects(requirement, std::string());
}

bool includes(const Requirement& requirement, const ResourceInfo& resource, const Message& object) {
  if (!resource.group.empty()) return false;
  if (resource.plural == "pods") return includes(requirement, static_cast<const Pod&>(object));
  return resource.plural == "persistentvolumeclaims" &&
         includes(requirement, static_cast<const core_v1::PersistentVolumeClaim&>(object));
}

}  // namespace

bool in_quota_scope(const core_v1::ResourceQuota& quota, const ResourceInfo& resource,
                    const Message& object) {
  for (const auto& scope : quota.spec().scopes()) {
    Requirement requirement;
    requirement.set_scopename(scope);
    requirement.set_operator_("Exists");
    if (!includes(requirement, resource, object)) return false;
  }
  const auto& selected = quota.spec().scopeselector().matchexpressions();
  return std::all_of(selected.begin(), selected.end(), [&](const Requirement& requirement) {
    return includes(requirement, resource, object);
  });
}

}  // namespace kubus
