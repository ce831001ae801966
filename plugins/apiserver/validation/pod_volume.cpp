#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/volume.pb.h>
#include <k8s/core/v1/volume_source.pb.h>
#include <k8s/core/v1/volume_vendor.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <set>

#include "kubus/api/quantity.h"
#include "kubus/api/time.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"
#include "validation/projected_volume.h"
#include "validation/volume_sources.h"

namespace kubus::apiserver {
namespace {

void check_empty_dir(const core_v1::EmptyDirVolumeSource& source, const Path& path,
                     ErrorList& errors) {
  if (source.has_sizelimit() && QuantityValue::of(source.sizelimit()).sign() < 0) {
    errors.forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
  }
}

// Of the metadata of a claim that is made only labels and annotations are up to the template.
void check_template_metadata(const meta_v1::ObjectMeta& metadata, const Path& path,
                             ErrorList& errors) {
  check_annotations(metadata.annotations(), path.child("annotations"), errors);
  check_labels(metadata.labels(), path.child("labels"), errors);
  const std::pair<std::string_view, bool> unwanted[] = {
      {"name", !metadata.name().empty()},
      {"generateName", !metadata.generatename().empty()},
      {"namespace", !metadata.namespace_().empty()},
      {"selfLink", !metadata.selflink().empty()},
      {"uID", !metadata.uid().empty()},
      {"resourceVersion", !metadata.resourceversion().empty()},
      {"generation", metadata.generation() != 0},
      {"creationTimestamp", !is_zero(metadata.creationtimestamp())},
      {"deletionTimestamp", metadata.has_deletiontimestamp()},
      {"deletionGracePeriodSeconds", metadata.has_deletiongraceperiodseconds()},
      {"ownerReferences", !metadata.ownerreferences().empty()},
      {"finalizers", !metadata.finalizers().empty()},
      {"managedFields", !metadata.managedfields().empty()}};
  for (const auto& [field, set] : unwanted)
    if (set) errors.forbidden(path.child(field), "cannot be set for an ephemeral volume");
}

// The claim that is made for the pod is called after both.
void check_ephemeral(const core_v1::Volume& volume, const meta_v1::ObjectMeta* metadata,
                     const Path& path, ErrorList& errors) {
  const auto& source = volume.volumesource().ephemeral();
  const Path at = path.child("ephemeral").child("volumeClaimTemplate");
  if (source.has_volumeclaimtemplate()) {
    const auto& claim = source.volumeclaimtemplate();
    check_template_metadata(claim.metadata(), at.child("metadata"), errors);
    check_claim_spec(claim.spec(), at.child("spec"), errors);
  } else {
    errors.required(at);
  }
  if (metadata == nullptr || metadata->name().empty()) return;
  const std::string made = metadata->name() + "-" + volume.name();
  for (const std::string& message : check_dns1123_subdomain(made)) {
    errors.invalid(path.child("name"), volume.name(), "PVC name \"" + made + "\": " + message);
  }
}

void check_csi(const core_v1::CSIVolumeSource& source, const Path& path, ErrorList& errors) {
  check_driver_name(source.driver(), path.child("driver"), errors);
  if (!source.has_nodepublishsecretref()) return;
  const std::string& name = source.nodepublishsecretref().name();
  const Path at = path.child("nodePublishSecretRef").child("name");
  if (name.empty()) {
    errors.required(at);
  } else {
    errors.invalid_each(at, name, check_dns1123_subdomain(name));
  }
}

void check_api_source(const core_v1::VolumeSource& source, std::string_view name, const Path& path,
                      ErrorList& errors) {
  if (name == "secret") {
    check_file_mode(true, source.secret().defaultmode(), path.child("defaultMode"), errors);
    check_key_items(source.secret().items(), path.child("items"), errors);
  } else if (name == "configMap") {
    if (source.configmap().localobjectreference().name().empty()) {
      errors.required(path.child("name"));
    }
    check_file_mode(true, source.configmap().defaultmode(), path.child("defaultMode"), errors);
    check_key_items(source.configmap().items(), path.child("items"), errors);
  } else if (name == "downwardAPI") {
    const auto& files = source.downwardapi();
    check_file_mode(files.has_defaultmode(), files.defaultmode(), path.child("defaultMode"),
                    errors);
    for (const auto& file : files.items()) check_pod_file(file, path, errors);
  } else if (name == "projected") {
    check_projected(source.projected(), path, errors);
  }
}

void check_source(const core_v1::Volume& volume, const meta_v1::ObjectMeta* metadata,
                  const Path& path, ErrorList& errors) {
  const core_v1::VolumeSource& source = volume.volumesource();
  const std::string_view name = first_source(source);
  if (name.empty()) return errors.required(path, "must specify a volume type");
  const Path at = path.child(name);
  check_needed_members(source, name, path, errors);
  check_api_source(source, name, at, errors);
  if (name == "hostPath") check_host_path(source.hostpath(), at, errors);
  if (name == "emptyDir") check_empty_dir(source.emptydir(), at, errors);
  if (name == "csi") check_csi(source.csi(), at, errors);
  if (name == "iscsi")
    check_iscsi(source.iscsi(), volume.name(), path.child("name"), at, errors);
  if (name == "ephemeral") check_ephemeral(volume, metadata, path, errors);
  if (name == "nfs" && !source.nfs().path().starts_with('/')) {
    errors.invalid(at.child("path"), source.nfs().path(), "must be an absolute path");
  }
  if (name == "gitRepo") {
    check_descending_path(source.gitrepo().directory(), at.child("directory"), errors);
  }
  if (name == "image") {
    if (metadata != nullptr && source.image().reference().empty()) {
      errors.required(at.child("reference"));
    }
    check_one_of(source.image().pullpolicy(), {"Always", "IfNotPresent", "Never"},
                 at.child("pullPolicy"), errors);
  }
  check_one_source(source, path, errors);
}

std::set<std::string> made_claims(const core_v1::PodSpec& spec,
                                  const meta_v1::ObjectMeta* metadata) {
  std::set<std::string> names;
  if (metadata == nullptr || metadata->name().empty()) return names;
  for (const auto& volume : spec.volumes()) {
    if (!volume.volumesource().has_ephemeral()) continue;
    names.insert(metadata->name() + "-" + volume.name());
  }
  return names;
}

}  // namespace

VolumeNames check_volumes(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta* metadata,
                          const Path& path, ErrorList& errors) {
  VolumeNames names;
  const std::set<std::string> made = made_claims(spec, metadata);
  for (int i = 0; i < spec.volumes_size(); ++i) {
    const core_v1::Volume& volume = spec.volumes(i);
    const Path at = path.index(i);
    const std::size_t before = errors.size();
    check_source(volume, metadata, at, errors);
    if (volume.name().empty()) {
      errors.required(at.child("name"));
    } else {
      errors.invalid_each(at.child("name"), volume.name(), check_dns1123_label(volume.name()));
    }
    if (names.contains(volume.name())) errors.duplicate(at.child("name"), volume.name());
    if (errors.size() == before) names.emplace(volume.name(), &volume.volumesource());
    const auto& claim = volume.volumesource().persistentvolumeclaim();
    if (made.contains(claim.claimname())) {
      errors.invalid(at.child("persistentVolumeClaim").child("claimName"), claim.claimname(),
                     "must not reference a PVC that gets created for an ephemeral volume");
    }
  }
  return names;
}

}  // namespace kubus::apiserver
