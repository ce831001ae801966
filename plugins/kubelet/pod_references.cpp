#include "pod_references.h"

#include "pod_model.h"

namespace kubus::kubelet {
namespace {

void add_volume(const core_v1::VolumeSource& volume, PodReferences& out) {
  if (volume.has_configmap())
    out.config_maps.insert(volume.configmap().localobjectreference().name());
  if (volume.has_secret()) out.secrets.insert(volume.secret().secretname());
  for (const auto& part : volume.projected().sources()) {
    if (part.has_configmap())
      out.config_maps.insert(part.configmap().localobjectreference().name());
    if (part.has_secret()) out.secrets.insert(part.secret().localobjectreference().name());
  }
}

void add_environment(const core_v1::Container& container, PodReferences& out) {
  for (const auto& from : container.envfrom()) {
    if (from.has_configmapref())
      out.config_maps.insert(from.configmapref().localobjectreference().name());
    if (from.has_secretref()) out.secrets.insert(from.secretref().localobjectreference().name());
  }
  for (const auto& variable : container.env()) {
    const auto& from = variable.valuefrom();
    if (from.has_configmapkeyref())
      out.config_maps.insert(from.configmapkeyref().localobjectreference().name());
    if (from.has_secretkeyref())
      out.secrets.insert(from.secretkeyref().localobjectreference().name());
  }
}

}  // namespace

PodReferences references_of(const core_v1::Pod& pod) {
  PodReferences out;
  for (const auto& volume : pod.spec().volumes()) add_volume(volume.volumesource(), out);
  for (const ContainerRef& container : containers_of(pod)) add_environment(*container.spec, out);
  for (const auto& container : pod.spec().ephemeralcontainers())
    add_environment(from_ephemeral(container), out);
  return out;
}

}  // namespace kubus::kubelet
