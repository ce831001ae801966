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
  explicit NamespaceLifecycle(ClusterCache& cache) : cache_(cache) {}

  Status admit(const AdmissionCall& admission) override {
    const auto& call = admission.call;
    if (call.resource->group.empty() && call.resource->plural == "namespaces")
      return admit_namespace(admission);
    if (admission.operation != AdmissionCall::Operation::kCreate || !call.resource->namespaced)
      return {};
    const auto ns = cache_.find("", "namespaces")->get(call.info.ns);
    if (!ns) return errors::not_found({"", "namespaces", call.info.ns});
    if (!ns->deleting() && ns->field("status.phase") != "Terminating") return {};
    auto status = errors::forbidden(call.subject(metadata_of(*admission.object)->name()),
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
};

}  // namespace

std::unique_ptr<Admission> make_namespace_lifecycle(const AdmissionContext& context) {
  return std::make_unique<NamespaceLifecycle>(context.cache);
}

}  // namespace kubus::apiserver
