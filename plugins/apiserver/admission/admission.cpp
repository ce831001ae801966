#include "admission/admission.h"

namespace kubus::apiserver {

Status admit(const Admissions& admissions, const AdmissionCall& call) {
  for (const auto& admission : admissions) KUBUS_TRY(admission->admit(call));
  return {};
}

}  // namespace kubus::apiserver
