#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/meta/v1/status.pb.h>

#include <array>

#include "admission/plugins.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

constexpr std::array<std::string_view, 3> kImmortal = {"default", "kube-system", "kube-public"};

class NamespaceLifecycle final : public Admission {
 public:
  explicit NamespaceLifecycle(const AdmissionContext& context)
      : cache_(context.cache), arrivals_(context.arrivals) {}

  Status admit(const AdmissionCall& admission) override {
    auto& call = admission.call;
    if (call.resource->group.empty() && call.resource->plural == "namespaces")
      return admit_namespace(admission);
    if (admission.operation != AdmissionCall::Operation::kCreate || !call.resource->namespaced)
      return {};
    // Who asks about rights learns nothing about namespaces.
    if (admission.is("authorization.k8s.io", "localsubjectaccessreviews")) return {};
    const auto& namespaces = *cache_.find("", "namespaces");
    auto ns = namespaces.get(call.info.ns);
    // What comes has to be known before it is let in: its namespace is looked at once more then.
    if (ns && !is_ending(*ns) && arrivals_ && !call.arrival) {
      call.arrival = arrivals_->enter(call.info.ns);
      ns = namespaces.get(call.info.ns);
    }
    if (!ns) return errors::not_found({"", "namespaces", call.info.ns});
    if (!is_ending(*ns)) return {};
    auto status = errors::forbidden(admission.subject(),
                                    "unable to create new content in namespace " + call.info.ns +
                                        " because it is being terminated");
    meta_v1::StatusDetails details;
    details.ParseFromString(status.details());
    auto* cause = details.add_causes();
    cause->set_reason("NamespaceTerminating");
    cause->set_message("namespace " + call.info.ns + " is being terminated");
    cause->set_field("metadata.namespace");
    return status.with_details(details.SerializeAsString());
  }

 private:
  static Status admit_namespace(const AdmissionCall& admission) {
    if (admission.operation != AdmissionCall::Operation::kDelete) return {};
    for (const auto name : kImmortal)
      if (admission.call.info.name == name)
        return errors::forbidden(admission.call.subject(), "this namespace may not be deleted");
    return {};
  }

  ClusterCache& cache_;
  Arrivals* const arrivals_;
};

}  // namespace

std::unique_ptr<Admission> make_namespace_lifecycle(const AdmissionContext& context) {
  return std::make_unique<NamespaceLifecycle>(context);
}

}  // namespace kubus::apiserver
