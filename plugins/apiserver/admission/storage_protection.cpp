// Claims and volumes that are in use stay until they are not, and a claim grows only where its
// class allows that.
#include <google/protobuf/message.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/storage/v1/storage_class.pb.h>

#include <algorithm>

#include "admission/plugins.h"
#include "kubus/api/quantity.h"

namespace kubus::apiserver {
namespace {

using core_v1::PersistentVolumeClaim;

class InUseProtection final : public Admission {
 public:
  Status admit(const AdmissionCall& admission) override {
    if (!admission.creates()) return {};
    if (admission.is("", "persistentvolumeclaims"))
      protect(*admission.object, "kubernetes.io/pvc-protection");
    if (admission.is("", "persistentvolumes"))
      protect(*admission.object, "kubernetes.io/pv-protection");
    return {};
  }

 private:
  static void protect(Message& object, const char* finalizer) {
    auto& metadata = *metadata_of(object);
    const auto& present = metadata.finalizers();
    if (std::find(present.begin(), present.end(), finalizer) == present.end())
      metadata.add_finalizers(finalizer);
  }
};

class ClaimResize final : public Admission {
 public:
  explicit ClaimResize(ClusterCache& cache)
      : classes_(*cache.find("storage.k8s.io", "storageclasses")) {}

  Status validate(const AdmissionCall& admission) override {
    if (!admission.is("", "persistentvolumeclaims") || !admission.updates()) return {};
    const auto& claim = static_cast<const PersistentVolumeClaim&>(*admission.object);
    const auto& old = static_cast<const PersistentVolumeClaim&>(*admission.old);
    if (size_of(claim) <= size_of(old)) return {};
    if (old.status().phase() != "Bound")
      return errors::forbidden(admission.subject(),
                               "Only bound persistent volume claims can be expanded");
    if (may_grow(claim.spec().storageclassname(), old.spec().storageclassname())) return {};
    return errors::forbidden(
        admission.subject(),
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the "
        "pvc must support resize");
  }

 private:
  static QuantityValue size_of(const PersistentVolumeClaim& claim) {
    const auto& requests = claim.spec().resources().requests();
    const auto found = requests.find("storage");
    return found == requests.end() ? QuantityValue() : QuantityValue::of(found->second);
  }

  bool may_grow(const std::string& name, const std::string& old) const {
    if (name.empty() || name != old) return false;
    const auto object = classes_.get(name);
    return object &&
           static_cast<const storage_v1::StorageClass&>(*object->decoded()).allowvolumeexpansion();
  }

  const ResourceCache& classes_;
};

}  // namespace

std::unique_ptr<Admission> make_storage_protection(const AdmissionContext&) {
  return std::make_unique<InUseProtection>();
}

std::unique_ptr<Admission> make_claim_resize(const AdmissionContext& context) {
  return std::make_unique<ClaimResize>(context.cache);
}

}  // namespace kubus::apiserver
