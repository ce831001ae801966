#include <google/protobuf/descriptor.h>
#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/volume.pb.h>
#include <k8s/core/v1/volume_source.pb.h>

#include "defaults/defaulter.h"
#include "defaults/image_name.h"

namespace kubus::apiserver {
namespace {

constexpr std::int32_t kFileMode = 0644;

bool has_source(const core_v1::VolumeSource& source) {
  const auto* reflection = source.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(source, &fields);
  return !fields.empty();
}

void default_volume(core_v1::Volume& volume) {
  core_v1::VolumeSource& source = *volume.mutable_volumesource();
  if (!has_source(source)) source.mutable_emptydir();
}

void default_image(core_v1::ImageVolumeSource& source) {
  if (!source.pullpolicy().empty()) return;
  source.set_pullpolicy(image_tag(source.reference()) == "latest" ? "Always" : "IfNotPresent");
}

template <class Source>
void default_mode(Source& source) {
  if (!source.has_defaultmode()) source.set_defaultmode(kFileMode);
}

void default_token(core_v1::ServiceAccountTokenProjection& source) {
  if (!source.has_expirationseconds()) source.set_expirationseconds(3600);
}

void default_host_path(core_v1::HostPathVolumeSource& source) {
  if (!source.has_type()) source.set_type("");
}

void default_field(core_v1::ObjectFieldSelector& selector) {
  if (selector.apiversion().empty()) selector.set_apiversion("v1");
}

void default_persistent_volume(core_v1::PersistentVolume& volume) {
  if (volume.status().phase().empty()) volume.mutable_status()->set_phase("Pending");
  core_v1::PersistentVolumeSpec& spec = *volume.mutable_spec();
  if (spec.persistentvolumereclaimpolicy().empty()) {
    spec.set_persistentvolumereclaimpolicy("Retain");
  }
  if (!spec.has_volumemode()) spec.set_volumemode("Filesystem");
}

void default_claim(core_v1::PersistentVolumeClaim& claim) {
  if (claim.status().phase().empty()) claim.mutable_status()->set_phase("Pending");
}

void default_claim_spec(core_v1::PersistentVolumeClaimSpec& spec) {
  if (!spec.has_volumemode()) spec.set_volumemode("Filesystem");
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.core.v1.Volume", default_as<core_v1::Volume, default_volume>},
    {"k8s.io.api.core.v1.ImageVolumeSource", default_as<core_v1::ImageVolumeSource, default_image>},
    {"k8s.io.api.core.v1.SecretVolumeSource",
     default_as<core_v1::SecretVolumeSource, default_mode<core_v1::SecretVolumeSource>>},
    {"k8s.io.api.core.v1.ConfigMapVolumeSource",
     default_as<core_v1::ConfigMapVolumeSource, default_mode<core_v1::ConfigMapVolumeSource>>},
    {"k8s.io.api.core.v1.DownwardAPIVolumeSource",
     default_as<core_v1::DownwardAPIVolumeSource, default_mode<core_v1::DownwardAPIVolumeSource>>},
    {"k8s.io.api.core.v1.ProjectedVolumeSource",
     default_as<core_v1::ProjectedVolumeSource, default_mode<core_v1::ProjectedVolumeSource>>},
    {"k8s.io.api.core.v1.ServiceAccountTokenProjection",
     default_as<core_v1::ServiceAccountTokenProjection, default_token>},
    {"k8s.io.api.core.v1.HostPathVolumeSource",
     default_as<core_v1::HostPathVolumeSource, default_host_path>},
    {"k8s.io.api.core.v1.ObjectFieldSelector",
     default_as<core_v1::ObjectFieldSelector, default_field>},
    {"k8s.io.api.core.v1.PersistentVolume",
     default_as<core_v1::PersistentVolume, default_persistent_volume>},
    {"k8s.io.api.core.v1.PersistentVolumeClaim",
     default_as<core_v1::PersistentVolumeClaim, default_claim>},
    {"k8s.io.api.core.v1.PersistentVolumeClaimSpec",
     default_as<core_v1::PersistentVolumeClaimSpec, default_claim_spec>},
};

}  // namespace

std::span<const Defaulter> volume_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
