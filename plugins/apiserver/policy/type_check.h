// Whether the expressions of a policy fit the kinds it is about, so far as that can be told before
// there is an object. What is found are hints for the author: the policy works as it did.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/admissionregistration/v1/admission_policy.pb.h>

#include "custom/catalog.h"

namespace kubus::apiserver::policy {

admissionregistration_v1::TypeChecking check_types(
    const admissionregistration_v1::ValidatingAdmissionPolicy& policy, const KindCatalog& kinds);

}  // namespace kubus::apiserver::policy
