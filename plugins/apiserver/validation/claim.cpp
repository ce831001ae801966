#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/reference.pb.h>

#include "kubus/api/quantity.h"
#include "validation/access_modes.h"
#include "validation/checks.h"
#include "validation/object_diff.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using core_v1::PersistentVolumeClaim;

// What a claim is filled with.
template <class Source>
void check_data_source(const Source& source, const Path& path, ErrorList& errors) {
  if (source.name().empty()) errors.required(path.child("name"));
  if (source.kind().empty()) errors.required(path.child("kind"));
  const std::string& group = source.apigroup();
  if (group.empty()) {
    if (source.kind() != "PersistentVolumeClaim") {
      errors.invalid(path, source.kind(),
                     "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
  } else {
    errors.invalid_each(path.child("apiGroup"), group, check_dns1123_subdomain(group));
  }
}

void check_data_sources(const core_v1::PersistentVolumeClaimSpec& spec, const Path& path,
                        ErrorList& errors) {
  if (spec.has_datasource()) {
    check_data_source(spec.datasource(), path.child("dataSource"), errors);
  }
  if (spec.has_datasourceref()) {
    check_data_source(spec.datasourceref(), path.child("dataSourceRef"), errors);
  }
  if (!spec.has_datasource() || !spec.has_datasourceref()) return;
  const auto& source = spec.datasource();
  const auto& reference = spec.datasourceref();
  if (!reference.namespace_().empty()) {
    errors.invalid_json(path, "{}",
                        "may not be specified when dataSourceRef.namespace is specified");
  } else if (source.name() != reference.name() || source.kind() != reference.kind() ||
             source.apigroup() != reference.apigroup()) {
    errors.invalid_json(path, "{}", "must match dataSourceRef");
  }
}

void check_claim(const PersistentVolumeClaim& claim, ErrorList& errors) {
  check_claim_spec(claim.spec(), Path("spec"), errors);
}

// A bound claim may ask for more, and for another kind of volume.
void keep_amounts(core_v1::PersistentVolumeClaimSpec& spec,
                  const core_v1::PersistentVolumeClaimSpec& before) {
  if (auto& requests = *spec.mutable_resources()->mutable_requests(); !requests.empty()) {
    const auto old = before.resources().requests().find("storage");
    if (old != before.resources().requests().end()) requests["storage"] = old->second;
  }
  if (!spec.has_volumeattributesclassname()) return;
  spec.clear_volumeattributesclassname();
  if (before.has_volumeattributesclassname())
    spec.set_volumeattributesclassname(before.volumeattributesclassname());
}

void check_size(const PersistentVolumeClaim& claim, const PersistentVolumeClaim& old,
                ErrorList& errors) {
  const auto storage = [](const auto& amounts) {
    const auto found = amounts.find("storage");
    return found == amounts.end() ? QuantityValue() : QuantityValue::of(found->second);
  };
  const QuantityValue now = storage(claim.spec().resources().requests());
  // One that could not be made larger may ask for less again, if for more than there is.
  if (now < storage(old.spec().resources().requests()) && now <= storage(old.status().capacity())) {
    errors.forbidden(Path("spec").child("resources").child("requests").child("storage"),
                     "field can not be less than status.capacity");
  }
}

void check_claim_update(const PersistentVolumeClaim& claim, const PersistentVolumeClaim& old,
                        ErrorList& errors) {
  core_v1::PersistentVolumeClaimSpec spec = claim.spec();
  const auto& before = old.spec();
  // A claim is bound by setting the volume's name; a bound one may grow.
  if (before.volumename().empty()) spec.set_volumename("");
  if (!before.has_storageclassname()) spec.clear_storageclassname();
  if (claim.status().phase() == "Bound") {
    keep_amounts(spec, before);
  }
  if (!equal(spec, before)) {
    errors.forbidden(Path("spec"),
                     "spec is immutable after creation except resources.requests and "
                     "volumeAttributesClassName for bound claims\n" +
                         object_diff(internal_json(before), internal_json(spec)));
  }
  check_size(claim, old, errors);
  check_immutable(claim.spec().volumemode(), before.volumemode(), Path("volumeMode"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.PersistentVolumeClaim", check_as<PersistentVolumeClaim, check_claim>,
     compare_as<PersistentVolumeClaim, check_claim_update>},
};

}  // namespace

void check_claim_spec(const core_v1::PersistentVolumeClaimSpec& spec, const Path& path,
                      ErrorList& errors) {
  if (spec.has_selector()) check_selector(spec.selector(), path.child("selector"), errors);
  if (spec.accessmodes().empty()) {
    errors.required(path.child("accessModes"), "at least 1 access mode is required");
  }
  check_access_modes(spec.accessmodes(), path.child("accessModes"), errors);
  const auto& requests = spec.resources().requests();
  const Path storage = path.child("resources").key("storage");
  if (const auto found = requests.find("storage"); found == requests.end()) {
    errors.required(storage);
  } else {
    check_positive(found->second, storage, errors);
  }
  if (!spec.storageclassname().empty()) {
    errors.invalid_each(path.child("storageClassName"), spec.storageclassname(),
                        check_dns1123_subdomain(spec.storageclassname()));
  }
  check_volume_mode(spec.has_volumemode(), spec.volumemode(), path.child("volumeMode"), errors);
  check_data_sources(spec, path, errors);
  if (!spec.volumeattributesclassname().empty()) {
    errors.invalid_each(path.child("volumeAttributesClassName"), spec.volumeattributesclassname(),
                        check_dns1123_subdomain(spec.volumeattributesclassname()));
  }
}

std::span<const Validator> claim_validators() { return kValidators; }

}  // namespace kubus::apiserver
