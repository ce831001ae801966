#include "validation/kind_warnings.h"

#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/core/v1/volume_source.pb.h>
#include <k8s/core/v1/volume_vendor.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "validation/address_warnings.h"
#include "validation/pod_warnings.h"

namespace kubus::apiserver {
namespace {

using Warnings = std::vector<std::string>;

void add_all(Warnings found, Warnings& out) {
  for (auto& text : found) out.push_back(std::move(text));
}

void warn_of_source(const core_v1::PersistentVolumeSource& source, Warnings& out) {
  struct Old {
    bool set;
    const char* text;
  };
  for (const Old& old :
       {Old{source.has_photonpersistentdisk(),
            "spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+"},
        Old{source.has_scaleio(), "spec.scaleIO: deprecated in v1.16, non-functional in v1.22+"},
        Old{source.has_storageos(), "spec.storageOS: deprecated in v1.22, non-functional in v1.25+"},
        Old{source.has_glusterfs(),
            "spec.glusterfs: deprecated in v1.25, non-functional in v1.26+"},
        Old{source.has_cephfs(), "spec.cephfs: deprecated in v1.28, non-functional in v1.31+"},
        Old{source.has_rbd(), "spec.rbd: deprecated in v1.28, non-functional in v1.31+"}}) {
    if (old.set) out.emplace_back(old.text);
  }
}

}  // namespace

void warn_of_volume(const core_v1::PersistentVolume& volume, Warnings& out) {
  const auto& annotations = volume.metadata().annotations();
  if (annotations.contains("volume.beta.kubernetes.io/storage-class"))
    out.emplace_back(
        "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "
        "\"storageClassName\" attribute instead");
  if (annotations.contains("volume.beta.kubernetes.io/mount-options"))
    out.emplace_back(
        "metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use "
        "\"mountOptions\" attribute instead");
  const auto& spec = volume.spec();
  if (spec.persistentvolumereclaimpolicy() == "Recycle")
    out.emplace_back(
        "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the "
        "recommended approach is to use dynamic provisioning.");
  warn_of_node_terms(spec.nodeaffinity().required(),
                     Path("spec").child("nodeAffinity").child("required"), out);
  warn_of_source(spec.persistentvolumesource(), out);
}

void warn_of_service(const core_v1::Service& service, Warnings& out) {
  const auto& spec = service.spec();
  const Path path("spec");
  if (service.metadata().annotations().contains("service.kubernetes.io/topology-aware-hints"))
    out.emplace_back(
        "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use "
        "service.kubernetes.io/topology-mode instead");
  if (spec.type() != "ExternalName" && spec.clusterip() != "None")
    for (int i = 0; i < spec.clusterips_size(); ++i)
      add_all(ip_warnings(spec.clusterips(i), path.child("clusterIPs").index(i).str()), out);
  for (int i = 0; i < spec.externalips_size(); ++i)
    add_all(ip_warnings(spec.externalips(i), path.child("externalIPs").index(i).str()), out);
  add_all(ip_warnings(spec.loadbalancerip(), path.child("loadBalancerIP").str()), out);
  for (int i = 0; i < spec.loadbalancersourceranges_size(); ++i)
    add_all(cidr_warnings(spec.loadbalancersourceranges(i),
                          path.child("loadBalancerSourceRanges").index(i).str()),
            out);
  if (spec.type() == "ExternalName" && !spec.externalips().empty())
    out.emplace_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
}

}  // namespace kubus::apiserver
