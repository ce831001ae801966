#include "admission/admission.h"

#include <k8s/meta/v1/object_meta.pb.h>

namespace kubus::apiserver {

bool AdmissionCall::is(std::string_view group, std::string_view plural,
                       std::string_view subresource) const {
  return call.resource->plural == plural && call.resource->group == group &&
         call.info.subresource == subresource;
}

Subject AdmissionCall::subject() const {
  if (!call.info.name.empty() || !object) return call.subject();
  const auto* metadata = metadata_of(static_cast<const Message&>(*object));
  if (!metadata) return call.subject();
  return call.subject(metadata->name().empty() ? metadata->generatename() : metadata->name());
}

Status admit(const Admissions& admissions, const AdmissionCall& call, bool* soon) {
  for (const auto& admission : admissions) {
    auto status = admission->admit(call);
    if (status.ok()) continue;
    if (soon) *soon = admission->may_pass_soon(call);
    return status;
  }
  return {};
}

Status validate(const Admissions& admissions, const AdmissionCall& call) {
  for (const auto& admission : admissions) KUBUS_TRY(admission->validate(call));
  return {};
}

}  // namespace kubus::apiserver
