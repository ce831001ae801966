// Claims and ingresses that name no class get the one that is marked as the default.
#include <google/protobuf/message.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/networking/v1/ingress.pb.h>

#include "admission/plugins.h"
#include "kubus/api/time.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kBetaClass = "volume.beta.kubernetes.io/storage-class";
constexpr const char* kIngressClass = "kubernetes.io/ingress.class";

bool is_true(const meta_v1::ObjectMeta& metadata, const char* annotation) {
  const auto found = metadata.annotations().find(annotation);
  return found != metadata.annotations().end() && found->second == "true";
}

// The newest of those that are marked; of several as old, the first by name. Empty: none.
std::string default_of(const ResourceCache& classes, std::initializer_list<const char*> marks) {
  std::string name;
  SystemTime newest;
  classes.for_each([&](const ObjectPtr& object) {
    const auto& metadata = *metadata_of(*object->decoded());
    bool marked = false;
    for (const auto* mark : marks) marked |= is_true(metadata, mark);
    const auto made = to_time(metadata.creationtimestamp());
    if (!marked || (!name.empty() && made <= newest)) return;
    name = metadata.name();
    newest = made;
  });
  return name;
}

class DefaultStorageClass final : public Admission {
 public:
  explicit DefaultStorageClass(ClusterCache& cache)
      : classes_(*cache.find("storage.k8s.io", "storageclasses")) {}

  Status admit(const AdmissionCall& admission) override {
    if (!admission.is("", "persistentvolumeclaims") || !admission.creates()) return {};
    auto& claim = *static_cast<core_v1::PersistentVolumeClaim*>(admission.object);
    if (claim.spec().has_storageclassname() || claim.metadata().annotations().contains(kBetaClass))
      return {};
    const auto name = default_of(classes_, {"storageclass.kubernetes.io/is-default-class",
                                            "storageclass.beta.kubernetes.io/is-default-class"});
    if (!name.empty()) claim.mutable_spec()->set_storageclassname(name);
    return {};
  }

 private:
  const ResourceCache& classes_;
};

class DefaultIngressClass final : public Admission {
 public:
  explicit DefaultIngressClass(ClusterCache& cache)
      : classes_(*cache.find("networking.k8s.io", "ingressclasses")) {}

  Status admit(const AdmissionCall& admission) override {
    if (!admission.is("networking.k8s.io", "ingresses") || !admission.creates()) return {};
    auto& ingress = *static_cast<networking_v1::Ingress*>(admission.object);
    if (ingress.spec().has_ingressclassname() ||
        ingress.metadata().annotations().contains(kIngressClass))
      return {};
    const auto name = default_of(classes_, {"ingressclass.kubernetes.io/is-default-class"});
    if (!name.empty()) ingress.mutable_spec()->set_ingressclassname(name);
    return {};
  }

 private:
  const ResourceCache& classes_;
};

}  // namespace

std::unique_ptr<Admission> make_default_storage_class(const AdmissionContext& context) {
  return std::make_unique<DefaultStorageClass>(context.cache);
}

std::unique_ptr<Admission> make_default_ingress_class(const AdmissionContext& context) {
  return std::make_unique<DefaultIngressClass>(context.cache);
}

}  // namespace kubus::apiserver
