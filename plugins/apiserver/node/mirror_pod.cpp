#include "node/mirror_pod.h"

#include <algorithm>

#include "node/references.h"
#include "respond/api_errors.h"

namespace kubus::apiserver::node {
namespace {

using core_v1::Pod;

Result<std::string> wrong_with_owner(const Pod& pod, const std::string& node,
                                     ClusterCache& cache) {
  const auto& owners = pod.metadata().ownerreferences();
  if (owners.size() > 1)
    return std::string("can only create pods with a single owner reference set to itself");
  if (owners.empty() || owners[0].apiversion() != "v1" || owners[0].kind() != "Node" ||
      owners[0].name() != node)
    return std::string("can only create pods with an owner reference set to itself");
  if (!owners[0].controller())
    return std::string("can only create pods with a controller owner reference set to itself");
  if (owners[0].blockownerdeletion())
    return std::string("must not set blockOwnerDeletion on an owner reference");
  const auto object = cache.find("", "nodes")->get(node);
  if (!object) return errors::not_found({"", "nodes", node});
  const std::string uid(object->uid());
  if (owners[0].uid() != uid) return "UID mismatch: expected " + uid + " got " + owners[0].uid();
  return std::string();
}

const char* named_by_projection(const core_v1::ProjectedVolumeSource& projected) {
  for (const auto& source : projected.sources()) {
    if (source.has_clustertrustbundle()) return "clustertrustbundles";
    if (source.has_serviceaccounttoken()) return "serviceaccounts";
    if (source.has_podcertificate()) return "podcertificates";
  }
  return nullptr;
}

const char* named_by_volume(const core_v1::VolumeSource& source) {
  if (source.has_persistentvolumeclaim() || source.has_ephemeral()) return "persistentvolumeclaims";
  if (source.has_glusterfs()) return "endpoints";
  return source.has_projected() ? named_by_projection(source.projected()) : nullptr;
}

// The resource of an object that the pod names; null: it names none.
const char* named_by(Pod pod) {
  if (!pod.spec().serviceaccountname().empty()) return "serviceaccounts";
  pod.mutable_metadata()->mutable_annotations()->clear();
  const auto references = references_of(pod);
  const auto names = [&](Kind kind) {
    return std::any_of(references.begin(), references.end(),
                       [&](const auto& reference) { return reference.kind == kind; });
  };
  if (names(Kind::kSecret)) return "secrets";
  if (names(Kind::kConfigMap)) return "configmaps";
  if (pod.spec().resourceclaims_size() > 0) return "resourceclaims";
  for (const auto& volume : pod.spec().volumes())
    if (const auto* resource = named_by_volume(volume.volumesource())) return resource;
  return nullptr;
}

}  // namespace

Result<std::string> wrong_with_mirror(const Pod& pod, const std::string& node,
                                      ClusterCache& cache) {
  if (pod.spec().nodename() != node)
    return std::string("can only create pods with spec.nodeName set to itself");
  if (auto why = wrong_with_owner(pod, node, cache); !why.ok() || !why->empty()) return why;
  if (const auto* resource = named_by(pod))
    return std::string("can not create pods that reference ") + resource;
  return std::string();
}

}  // namespace kubus::apiserver::node
