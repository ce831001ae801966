// Nobody grants what they do not hold: checks on roles and bindings before they are written.
//
// Thread safety: as Admission.
//
// The verbs escalate (on a role) and bind (on the role of a binding) lift the check, as does
// system:masters.
#pragma once

#include <memory>

#include "admission/admission.h"
#include "auth/authorizer.h"
#include "rbac/index.h"

namespace kubus::apiserver::rbac {

// Both must outlive what is made.
std::unique_ptr<Admission> make_escalation_check(const Authorizers& authorizers,
                                                 const Index& index);

}  // namespace kubus::apiserver::rbac
