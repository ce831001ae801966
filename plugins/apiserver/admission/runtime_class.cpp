#include <google/protobuf/message.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/node/v1/runtime_class.pb.h>

#include "admission/plugins.h"
#include "kubus/quota.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;
using core_v1::PodSpec;
using core_v1::Toleration;
using node_v1::RuntimeClass;

constexpr const char* kOtherOverhead =
    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

bool includes_effect(const Toleration& wide, const Toleration& narrow) {
  if (wide.effect() != narrow.effect() && !wide.effect().empty()) return false;
  if (wide.effect() != "NoExecute" || !wide.has_tolerationseconds()) return true;
  return narrow.has_tolerationseconds() && narrow.tolerationseconds() <= wide.tolerationseconds();
}

// Whether whatever `narrow` tolerates, `wide` tolerates too.
bool includes(const Toleration& wide, const Toleration& narrow) {
  if (same_content(wide, narrow)) return true;
  const bool every_key = wide.key().empty() && wide.operator_() == "Exists";
  if (wide.key() != narrow.key() && !every_key) return false;
  if (!includes_effect(wide, narrow)) return false;
  if (wide.operator_() == "Exists") return true;
  return narrow.operator_() != "Exists" && wide.value() == narrow.value();
}

void merge_tolerations(PodSpec& spec, const node_v1::Scheduling& scheduling) {
  std::vector<Toleration> all(spec.tolerations().begin(), spec.tolerations().end());
  all.insert(all.end(), scheduling.tolerations().begin(), scheduling.tolerations().end());
  std::vector<Toleration> merged;
  for (std::size_t i = 0; i < all.size(); ++i) {
    bool needed = true;
    for (const auto& kept : merged) needed &= !includes(kept, all[i]);
    // Of two that are the same the first one stays.
    for (std::size_t later = i + 1; later < all.size(); ++later)
      needed &= same_content(all[i], all[later]) || !includes(all[later], all[i]);
    if (needed) merged.push_back(all[i]);
  }
  spec.clear_tolerations();
  for (auto& toleration : merged) *spec.add_tolerations() = std::move(toleration);
}

class RuntimeClasses final : public Admission {
 public:
  explicit RuntimeClasses(ClusterCache& cache)
      : classes_(*cache.find("node.k8s.io", "runtimeclasses")) {}

  Status admit(const AdmissionCall& admission) override {
    if (!admission.is("", "pods") || !admission.creates()) return {};
    auto& spec = *static_cast<Pod*>(admission.object)->mutable_spec();
    if (!spec.has_runtimeclassname()) return {};
    const auto chosen = find(spec);
    if (!chosen)
      return errors::forbidden(admission.subject(), "pod rejected: RuntimeClass \"" +
                                                        spec.runtimeclassname() + "\" not found");
    if (chosen->has_overhead()) {
      const auto& fixed = chosen->overhead().podfixed();
      if (!spec.overhead().empty() && amounts_of(spec.overhead()) != amounts_of(fixed))
        return errors::forbidden(admission.subject(), kOtherOverhead);
      *spec.mutable_overhead() = fixed;
    }
    return chosen->has_scheduling() ? set_scheduling(admission, spec, chosen->scheduling())
                                    : Status();
  }

  Status validate(const AdmissionCall& admission) override {
    if (!admission.is("", "pods") || !admission.creates()) return {};
    const auto& spec = static_cast<const Pod&>(*admission.object).spec();
    const auto chosen = spec.has_runtimeclassname() ? find(spec) : nullptr;
    if (chosen && chosen->has_overhead())
      return amounts_of(spec.overhead()) == amounts_of(chosen->overhead().podfixed())
                 ? Status()
                 : errors::forbidden(admission.subject(), kOtherOverhead);
    if (spec.overhead().empty()) return {};
    return errors::forbidden(
        admission.subject(),
        "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
  }

 private:
  std::shared_ptr<const RuntimeClass> find(const PodSpec& spec) const {
    const auto object = classes_.get(spec.runtimeclassname());
    return object ? std::static_pointer_cast<const RuntimeClass>(object->decoded()) : nullptr;
  }

  static Status set_scheduling(const AdmissionCall& admission, PodSpec& spec,
                               const node_v1::Scheduling& scheduling) {
    for (const auto& [key, value] : scheduling.nodeselector()) {
      const auto found = spec.nodeselector().find(key);
      if (found != spec.nodeselector().end() && found->second != value)
        return errors::forbidden(admission.subject(),
                                 "conflict: runtimeClass.scheduling.nodeSelector[" + key +
                                     "] = " + value + "; pod.spec.nodeSelector[" + key +
                                     "] = " + found->second);
      (*spec.mutable_nodeselector())[key] = value;
    }
    merge_tolerations(spec, scheduling);
    return {};
  }

  ResourceCache& classes_;
};

}  // namespace

std::unique_ptr<Admission> make_runtime_class(const AdmissionContext& context) {
  return std::make_unique<RuntimeClasses>(context.cache);
}

}  // namespace kubus::apiserver
