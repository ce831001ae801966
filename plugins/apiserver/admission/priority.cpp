#include <google/protobuf/message.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/scheduling/v1/priority_class.pb.h>

#include "admission/plugins.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;
using core_v1::PodSpec;
using scheduling_v1::PriorityClass;

using ClassPtr = std::shared_ptr<const PriorityClass>;

ClassPtr class_of(const ObjectPtr& object) {
  return object ? std::static_pointer_cast<const PriorityClass>(object->decoded()) : nullptr;
}

class Priority final : public Admission {
 public:
  explicit Priority(ClusterCache& cache)
      : classes_(*cache.find("scheduling.k8s.io", "priorityclasses")) {}

  Status admit(const AdmissionCall& admission) override {
    if (!admission.is("", "pods") || admission.deletes()) return {};
    auto& spec = *static_cast<Pod*>(admission.object)->mutable_spec();
    if (admission.creates()) return set_priority(admission, spec);
    const auto& before = static_cast<const Pod*>(admission.old)->spec();
    if (!spec.has_priority() && before.has_priority()) spec.set_priority(before.priority());
    if (!spec.has_preemptionpolicy() && before.has_preemptionpolicy())
      spec.set_preemptionpolicy(before.preemptionpolicy());
    return {};
  }

  Status validate(const AdmissionCall& admission) override {
    if (!admission.is("scheduling.k8s.io", "priorityclasses") || admission.deletes()) return {};
    const auto& made = static_cast<const PriorityClass&>(*admission.object);
    if (!made.globaldefault()) return {};
    const auto present = default_class();
    if (!present) return {};
    const auto& name = present->metadata().name();
    if (admission.updates() && name == made.metadata().name()) return {};
    return errors::forbidden(
        admission.subject(),
        "PriorityClass " + name + " is already marked as default. Only one default can exist");
  }

 private:
  // The lowest, should there be several.
  ClassPtr default_class() const {
    ClassPtr lowest;
    classes_.for_each([&](const ObjectPtr& object) {
      auto one = class_of(object);
      if (one->globaldefault() && (!lowest || one->value() < lowest->value()))
        lowest = std::move(one);
    });
    return lowest;
  }

  Status set_priority(const AdmissionCall& admission, PodSpec& spec) const {
    const bool named = !spec.priorityclassname().empty();
    const auto chosen = named ? class_of(classes_.get(spec.priorityclassname())) : default_class();
    if (named && !chosen)
      return errors::forbidden(admission.subject(), "no PriorityClass with name " +
                                                        spec.priorityclassname() + " was found");
    if (chosen) spec.set_priorityclassname(chosen->metadata().name());
    const std::int32_t priority = chosen ? chosen->value() : 0;
    if (spec.has_priority() && spec.priority() != priority)
      return computed(admission, "integer", "priority", std::to_string(spec.priority()),
                      std::to_string(priority));
    spec.set_priority(priority);
    if (chosen && !chosen->has_preemptionpolicy()) return {};
    const std::string policy = chosen ? chosen->preemptionpolicy() : "PreemptLowerPriority";
    if (spec.has_preemptionpolicy() && spec.preemptionpolicy() != policy)
      return computed(admission, "string", "PreemptionPolicy", spec.preemptionpolicy(), policy);
    spec.set_preemptionpolicy(policy);
    return {};
  }

  static Status computed(const AdmissionCall& admission, const std::string& type,
                         const std::string& what, const std::string& given,
                         const std::string& computed) {
    return errors::forbidden(
        admission.subject(),
        "the " + type + " value of " + what + " (" + given +
            ") must not be provided in pod spec; priority admission controller computed " +
            computed + " from the given PriorityClass name");
  }

  ResourceCache& classes_;
};

}  // namespace

std::unique_ptr<Admission> make_priority(const AdmissionContext& context) {
  return std::make_unique<Priority>(context.cache);
}

}  // namespace kubus::apiserver
