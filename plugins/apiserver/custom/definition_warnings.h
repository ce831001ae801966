// What whoever writes a CustomResourceDefinition should know about it.
//
// Thread safety: as Admission.
#pragma once

#include <memory>

#include "admission/admission.h"

namespace kubus::apiserver {

// Warns of rules in expressions (x-kubernetes-validations), which are kept and not enforced.
std::unique_ptr<Admission> make_definition_warnings();

}  // namespace kubus::apiserver
