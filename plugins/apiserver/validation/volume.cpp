#include <google/protobuf/descriptor.h>
#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/storage/v1/storage_class.pb.h>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/object_diff.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using StringList = google::protobuf::RepeatedPtrField<std::string>;

void check_access_modes(const StringList& modes, const Path& path, ErrorList& errors) {
  if (modes.empty()) errors.required(path, "at least 1 access mode is required");
  bool single = false;
  for (const std::string& mode : modes) {
    check_one_of(mode, {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"}, path,
                 errors);
    single |= mode == "ReadWriteOncePod";
  }
  if (single && modes.size() > 1) {
    errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
  }
}

template <class Map>
void check_storage(const Map& amounts, const Path& path, ErrorList& errors) {
  const auto found = amounts.find("storage");
  if (found == amounts.end()) {
    errors.required(path);
    return;
  }
  const QuantityValue value = QuantityValue::of(found->second);
  if (value.sign() <= 0) errors.invalid(path, value.to_string(), "must be greater than zero");
}

void check_volume_mode(bool present, const std::string& mode, const Path& path, ErrorList& errors) {
  if (present && mode != "Block" && mode != "Filesystem") {
    errors.not_supported(path, mode, {"Block", "Filesystem"});
  }
}

void check_claim(const core_v1::PersistentVolumeClaim& claim, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = claim.spec();
  if (spec.has_selector()) check_selector(spec.selector(), path.child("selector"), errors);
  check_access_modes(spec.accessmodes(), path.child("accessModes"), errors);
  check_storage(spec.resources().requests(), path.child("resources").key("storage"), errors);
  if (!spec.storageclassname().empty()) {
    check_each(check_dns1123_subdomain(spec.storageclassname()), spec.storageclassname(),
               path.child("storageClassName"), errors);
  }
  check_volume_mode(spec.has_volumemode(), spec.volumemode(), path.child("volumeMode"), errors);
}

void check_claim_update(const core_v1::PersistentVolumeClaim& claim,
                        const core_v1::PersistentVolumeClaim& old, ErrorList& errors) {
  core_v1::PersistentVolumeClaimSpec spec = claim.spec();
  const auto& before = old.spec();
  // A claim is bound by setting the volume's name; a bound one may grow.
  if (before.volumename().empty()) spec.set_volumename("");
  if (!before.has_storageclassname()) spec.clear_storageclassname();
  if (old.status().phase() == "Bound") {
    *spec.mutable_resources()->mutable_requests() = before.resources().requests();
  }
  spec.clear_volumeattributesclassname();
  if (before.has_volumeattributesclassname()) {
    spec.set_volumeattributesclassname(before.volumeattributesclassname());
  }
  if (!equal(spec, before)) {
    errors.forbidden(Path("spec"),
                     "spec is immutable after creation except resources.requests and "
                     "volumeAttributesClassName for bound claims\n" +
                         object_diff(before, spec));
  }
  const auto now = claim.spec().resources().requests().find("storage");
  const auto then = before.resources().requests().find("storage");
  if (now == claim.spec().resources().requests().end() ||
      then == before.resources().requests().end()) {
    return;
  }
  const auto capacity = old.status().capacity().find("storage");
  const bool known = capacity != old.status().capacity().end();
  const QuantityValue size = QuantityValue::of(known ? capacity->second : then->second);
  if (QuantityValue::of(now->second) < QuantityValue::of(then->second) &&
      QuantityValue::of(now->second) <= size) {
    errors.forbidden(Path("spec").child("resources").child("requests").child("storage"),
                     "field can not be less than status.capacity");
  }
}

std::size_t count_sources(const core_v1::PersistentVolumeSource& source) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  source.GetReflection()->ListFields(source, &fields);
  return fields.size();
}

void check_volume(const core_v1::PersistentVolume& volume, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = volume.spec();
  check_access_modes(spec.accessmodes(), path.child("accessModes"), errors);
  if (spec.capacity().empty()) {
    errors.required(path.child("capacity"));
  } else {
    check_storage(spec.capacity(), path.child("capacity").key("storage"), errors);
  }
  check_one_of(spec.persistentvolumereclaimpolicy(), {"Delete", "Recycle", "Retain"},
               path.child("persistentVolumeReclaimPolicy"), errors);
  const std::size_t sources = count_sources(spec.persistentvolumesource());
  if (sources == 0) errors.required(path, "must specify a volume type");
  if (sources > 1) errors.forbidden(path, "may not specify more than 1 volume type");
  const auto& source = spec.persistentvolumesource();
  if (source.has_hostpath() && source.hostpath().path().empty()) {
    errors.required(path.child("hostPath").child("path"));
  }
  if (source.has_hostpath() && source.hostpath().path() == "/" &&
      spec.persistentvolumereclaimpolicy() == "Recycle") {
    errors.forbidden(path.child("persistentVolumeReclaimPolicy"),
                     "may not be 'recycle' for a hostPath mount of '/'");
  }
  if (source.has_local()) {
    if (source.local().path().empty()) errors.required(path.child("local").child("path"));
    if (!spec.has_nodeaffinity()) {
      errors.required(Path("metadata").child("annotations"), "Local volume requires node affinity");
    }
  }
  if (!spec.storageclassname().empty()) {
    check_each(check_dns1123_subdomain(spec.storageclassname()), spec.storageclassname(),
               path.child("storageClassName"), errors);
  }
  check_volume_mode(spec.has_volumemode(), spec.volumemode(), path.child("volumeMode"), errors);
}

void check_volume_update(const core_v1::PersistentVolume& volume,
                         const core_v1::PersistentVolume& old, ErrorList& errors) {
  const auto& source = volume.spec().persistentvolumesource();
  const auto& before = old.spec().persistentvolumesource();
  if (!equal(source, before)) {
    errors.forbidden(
        Path("spec").child("persistentvolumesource"),
        "spec.persistentvolumesource is immutable after creation\n" + object_diff(before, source));
  }
  check_immutable(volume.spec().volumemode(), old.spec().volumemode(),
                  Path("spec").child("volumeMode"), errors);
}

void check_class(const storage_v1::StorageClass& object, ErrorList& errors) {
  if (object.provisioner().empty()) {
    errors.required(Path("provisioner"));
  } else {
    check_each(check_qualified_name(object.provisioner()), object.provisioner(),
               Path("provisioner"), errors);
  }
  check_one_of(object.reclaimpolicy(), {"Delete", "Retain"}, Path("reclaimPolicy"), errors);
  check_one_of(object.volumebindingmode(), {"Immediate", "WaitForFirstConsumer"},
               Path("volumeBindingMode"), errors);
}

void check_class_update(const storage_v1::StorageClass& object, const storage_v1::StorageClass& old,
                        ErrorList& errors) {
  if (!equal(object.parameters(), old.parameters())) {
    errors.forbidden(Path("parameters"), "updates to parameters are forbidden.");
  }
  if (object.provisioner() != old.provisioner()) {
    errors.forbidden(Path("provisioner"), "updates to provisioner are forbidden.");
  }
  if (object.reclaimpolicy() != old.reclaimpolicy()) {
    errors.forbidden(Path("reclaimPolicy"), "updates to reclaimPolicy are forbidden.");
  }
  check_immutable(object.volumebindingmode(), old.volumebindingmode(), Path("volumeBindingMode"),
                  errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.PersistentVolumeClaim",
     check_as<core_v1::PersistentVolumeClaim, check_claim>,
     compare_as<core_v1::PersistentVolumeClaim, check_claim_update>},
    {"k8s.io.api.core.v1.PersistentVolume", check_as<core_v1::PersistentVolume, check_volume>,
     compare_as<core_v1::PersistentVolume, check_volume_update>},
    {"k8s.io.api.storage.v1.StorageClass", check_as<storage_v1::StorageClass, check_class>,
     compare_as<storage_v1::StorageClass, check_class_update>},
};

}  // namespace

std::span<const Validator> volume_validators() { return kValidators; }

}  // namespace kubus::apiserver
