#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "admission/plugins.h"
#include "auth/deferred.h"
#include "kubus/api/resource.h"
#include "kubus/object.h"

namespace kubus::apiserver {
namespace {

using meta_v1::OwnerReference;
using References = google::protobuf::RepeatedPtrField<OwnerReference>;

const References& owners_of(const Message* object) {
  static const References none;
  const auto* metadata = object ? metadata_of(*object) : nullptr;
  return metadata ? metadata->ownerreferences() : none;
}

const OwnerReference* find(const References& references, const std::string& uid) {
  for (const auto& reference : references)
    if (reference.uid() == uid) return &reference;
  return nullptr;
}

// Whoever ties the life of an object to another must be able to end it.
class OwnerReferences final : public Admission {
 public:
  explicit OwnerReferences(const Authorizers& authorizers) : authorizers_(authorizers) {}

  Status validate(const AdmissionCall& admission) override {
    if (admission.deletes() || admission.is("", "pods", "status")) return {};
    const auto& now = owners_of(admission.object);
    const auto& before = owners_of(admission.old);
    if (std::equal(now.begin(), now.end(), before.begin(), before.end(), same_content)) return {};
    RequestInfo info = admission.call.info;
    info.verb = "delete";
    if (admission.creates()) info.name = metadata_of(*admission.object)->name();
    KUBUS_TRY(require_any(
        authorizers_, admission.call, {std::move(info)},
        errors::forbidden(admission.subject(),
                          "cannot set an ownerRef on a resource you can't delete: , <nil>")));
    for (const auto& reference : now) {
      if (!reference.blockownerdeletion()) continue;
      const auto* old = find(before, reference.uid());
      if (old && old->blockownerdeletion()) continue;
      KUBUS_TRY(check_blocking(admission, reference));
    }
    return {};
  }

 private:
  Status check_blocking(const AdmissionCall& admission, const OwnerReference& reference) const {
    const auto slash = reference.apiversion().find('/');
    const bool core = slash == std::string::npos;
    const auto group = core ? std::string() : reference.apiversion().substr(0, slash);
    const auto version = core ? reference.apiversion() : reference.apiversion().substr(slash + 1);
    const auto* owner = find_kind(group, version, reference.kind());
    RequestInfo info;
    info.is_resource = true;
    info.verb = "update";
    info.group = group;
    info.version = version;
    info.resource = owner ? owner->plural : "*";
    info.subresource = "finalizers";
    info.name = reference.name();
    if (!owner || owner->namespaced) info.ns = admission.call.info.ns;
    return require_any(
        authorizers_, admission.call, {std::move(info)},
        errors::forbidden(admission.subject(),
                          "cannot set blockOwnerDeletion if an ownerReference refers to a "
                          "resource you can't set finalizers on: , <nil>"));
  }

  const Authorizers& authorizers_;
};

}  // namespace

std::unique_ptr<Admission> make_owner_references(const AdmissionContext& context) {
  return std::make_unique<OwnerReferences>(context.authorizers);
}

}  // namespace kubus::apiserver
