// ValidatingAdmissionPolicy: rules of the cluster's own, as expressions, that requests must follow.
//
// Thread safety: as Admission.
#pragma once

#include <memory>

#include "admission/admission.h"
#include "admission/plugins.h"

namespace kubus::apiserver::policy {

std::unique_ptr<Admission> make_policies(const AdmissionContext& context);

}  // namespace kubus::apiserver::policy
