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

std::string AdmissionCall::name() const {
  if (call.of_collection) return {};
  if (!call.info.name.empty() || !object) return call.info.name;
  const auto* metadata = metadata_of(static_cast<const Message&>(*object));
  return metadata ? metadata->name() : std::string();
}

std::string AdmissionCall::ns() const {
  const bool is_namespace = call.resource->group.empty() && call.resource->plural == "namespaces";
  return is_namespace ? name() : call.info.ns;
}

Status admit(const Admissions& admissions, const AdmissionCall& call, bool* soon) {
  for (const auto& admission : admissions) {
    if (call.connects() && !admission->sees_connections()) continue;
    auto status = admission->admit(call);
    if (status.ok()) continue;
    if (soon) *soon = admission->may_pass_soon(call);
    return status;
  }
  return {};
}

Status validate(const Admissions& admissions, const AdmissionCall& call) {
  for (const auto& admission : admissions)
    if (!call.connects() || admission->sees_connections()) KUBUS_TRY(admission->validate(call));
  return {};
}

}  // namespace kubus::apiserver
