#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/reference.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/volume_source.pb.h>

#include <map>

#include "kubus/api/quantity.h"
#include "validation/access_modes.h"
#include "validation/checks.h"
#include "validation/object_diff.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"
#include "validation/volume_sources.h"

namespace kubus::apiserver {
namespace {

using core_v1::PersistentVolume;

void check_capacity(const core_v1::PersistentVolumeSpec& spec, const Path& path,
                    ErrorList& errors) {
  const std::map<std::string, Quantity> capacity(spec.capacity().begin(), spec.capacity().end());
  if (capacity.empty()) errors.required(path);
  if (capacity.size() != 1 || !capacity.contains("storage")) {
    std::string json;
    for (const auto& [name, amount] : capacity) {
      json += (json.empty() ? "{" : ",") + quoted(name) + ":" +
              quoted(QuantityValue::of(amount).to_string());
    }
    errors.not_supported_json(path, json.empty() ? "null" : json + "}", {"storage"});
  }
  for (const auto& [name, amount] : capacity) {
    const std::int64_t value = QuantityValue::of(amount).value();
    if (value < 0) errors.invalid(path.key(name), value, "must be a valid resource quantity");
    check_positive(amount, path.key(name), errors);
  }
}

void check_secret(bool present, const core_v1::SecretReference& secret, const Path& path,
                  ErrorList& errors) {
  if (!present) return;
  if (secret.name().empty()) {
    errors.required(path.child("name"));
  } else {
    errors.invalid_each(path.child("name"), secret.name(), check_dns1123_subdomain(secret.name()));
  }
  if (secret.namespace_().empty()) {
    errors.required(path.child("namespace"));
  } else {
    errors.invalid_each(path.child("namespace"), secret.namespace_(),
                        check_dns1123_label(secret.namespace_()));
  }
}

void check_csi(const core_v1::CSIPersistentVolumeSource& source, const Path& path,
               ErrorList& errors) {
  check_driver_name(source.driver(), path.child("driver"), errors);
  if (source.volumehandle().empty()) errors.required(path.child("volumeHandle"));
  check_secret(source.has_controllerpublishsecretref(), source.controllerpublishsecretref(),
               path.child("controllerPublishSecretRef"), errors);
  check_secret(source.has_controllerexpandsecretref(), source.controllerexpandsecretref(),
               path.child("controllerExpandSecretRef"), errors);
  check_secret(source.has_nodepublishsecretref(), source.nodepublishsecretref(),
               path.child("nodePublishSecretRef"), errors);
  check_secret(source.has_nodeexpandsecretref(), source.nodeexpandsecretref(),
               path.child("nodeExpandSecretRef"), errors);
}

void check_attributes_class(const core_v1::PersistentVolumeSpec& spec, const Path& path,
                            ErrorList& errors) {
  if (!spec.has_volumeattributesclassname()) return;
  const Path at = path.child("volumeAttributesClassName");
  const std::string& name = spec.volumeattributesclassname();
  if (name.empty()) {
    errors.required(at, "an empty string is disallowed");
  } else {
    errors.invalid_each(at, name, check_dns1123_subdomain(name));
  }
  if (!spec.persistentvolumesource().has_csi()) {
    errors.required(path.child("csi"), "has to be specified when using volumeAttributesClassName");
  }
}

void check_source(const PersistentVolume& volume, const Path& path, ErrorList& errors) {
  const auto& spec = volume.spec();
  const auto& source = spec.persistentvolumesource();
  const std::string_view name = first_source(source);
  if (name.empty()) return errors.required(path, "must specify a volume type");
  check_needed_members(source, name, path, errors);
  const Path at = path.child(name);
  if (name == "hostPath" && !source.hostpath().path().empty()) {
    check_host_path(source.hostpath(), at, errors);
  } else if (name == "hostPath") {
    errors.required(at.child("path"));
  } else if (name == "nfs" && !source.nfs().path().starts_with('/')) {
    errors.invalid(at.child("path"), source.nfs().path(), "must be an absolute path");
  } else if (name == "csi") {
    check_csi(source.csi(), at, errors);
  } else if (name == "iscsi") {
    check_iscsi(source.iscsi(), volume.metadata().name(), Path("metadata").child("name"), at,
                errors);
  } else if (name == "local") {
    if (has_backstep(source.local().path())) {
      errors.invalid(at.child("path"), source.local().path(), "must not contain '..'");
    }
    if (!spec.has_nodeaffinity()) {
      errors.required(Path("metadata").child("annotations"), "Local volume requires node affinity");
    }
  }
  check_one_source(source, path, errors);
}

void check_node_affinity(const core_v1::PersistentVolumeSpec& spec, const Path& path,
                         ErrorList& errors) {
  if (!spec.has_nodeaffinity()) return;
  if (spec.nodeaffinity().has_required()) {
    check_node_selector(spec.nodeaffinity().required(), path.child("required"), errors);
  } else {
    errors.required(path.child("required"), "must specify required node constraints");
  }
}

void check_volume(const PersistentVolume& volume, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = volume.spec();
  if (spec.accessmodes().empty()) errors.required(path.child("accessModes"));
  check_access_modes(spec.accessmodes(), path.child("accessModes"), errors);
  check_capacity(spec, path.child("capacity"), errors);
  const std::string& policy = spec.persistentvolumereclaimpolicy();
  const Path reclaim = path.child("persistentVolumeReclaimPolicy");
  if (!policy.empty()) check_one_of(policy, {"Delete", "Recycle", "Retain"}, reclaim, errors);
  check_node_affinity(spec, path.child("nodeAffinity"), errors);
  check_source(volume, path, errors);
  if (spec.persistentvolumesource().hostpath().path() == "/" && policy == "Recycle") {
    errors.forbidden(reclaim, "may not be 'recycle' for a hostPath mount of '/'");
  }
  if (!spec.storageclassname().empty()) {
    errors.invalid_each(path.child("storageClassName"), spec.storageclassname(),
                        check_dns1123_subdomain(spec.storageclassname()));
  }
  check_volume_mode(spec.has_volumemode(), spec.volumemode(), path.child("volumeMode"), errors);
  check_attributes_class(spec, path, errors);
}

void check_volume_update(const PersistentVolume& volume, const PersistentVolume& old,
                         ErrorList& errors) {
  auto source = volume.spec().persistentvolumesource();
  const auto& before = old.spec().persistentvolumesource();
  // What a volume grows with may be said later.
  if (before.has_csi() && source.has_csi() && !before.csi().has_controllerexpandsecretref()) {
    source.mutable_csi()->clear_controllerexpandsecretref();
  }
  if (!equal(source, before)) {
    errors.forbidden(
        Path("spec").child("persistentvolumesource"),
        "spec.persistentvolumesource is immutable after creation\n" + 
            object_diff(internal_json(before), internal_json(source)));
  }
  check_immutable(volume.spec().volumemode(), old.spec().volumemode(), Path("volumeMode"), errors);
  if (old.spec().has_nodeaffinity()) {
    check_immutable(volume.spec().nodeaffinity(), old.spec().nodeaffinity(), Path("nodeAffinity"),
                    errors);
  }
  if (old.spec().has_volumeattributesclassname() &&
      !volume.spec().has_volumeattributesclassname()) {
    errors.forbidden(Path("spec").child("volumeAttributesClassName"),
                     "update from non-nil value to nil is forbidden");
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.PersistentVolume", check_as<PersistentVolume, check_volume>,
     compare_as<PersistentVolume, check_volume_update>},
};

}  // namespace

void check_access_modes(const google::protobuf::RepeatedPtrField<std::string>& modes,
                        const Path& path, ErrorList& errors) {
  bool single = false;
  for (const std::string& mode : modes) {
    if (mode != "ReadOnlyMany" && mode != "ReadWriteMany" && mode != "ReadWriteOnce" &&
        mode != "ReadWriteOncePod") {
      errors.not_supported(path, mode,
                           {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"});
    }
    single |= mode == "ReadWriteOncePod";
  }
  if (single && modes.size() > 1) {
    errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
  }
}

void check_volume_mode(bool present, const std::string& mode, const Path& path, ErrorList& errors) {
  if (present && mode != "Block" && mode != "Filesystem") {
    errors.not_supported(path, mode, {"Block", "Filesystem"});
  }
}

std::span<const Validator> volume_validators() { return kValidators; }

}  // namespace kubus::apiserver
