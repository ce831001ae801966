#include "admission/admission.h"

namespace kubus::apiserver {

Status admit(const Admissions& admissions, const AdmissionCall& call, bool* soon) {
  for (const auto& admission : admissions) {
    auto status = admission->admit(call);
    if (status.ok()) continue;
    if (soon) *soon = admission->may_pass_soon(call);
    return status;
  }
  return {};
}

}  // namespace kubus::apiserver
