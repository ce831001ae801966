// CompiledPolicy: a ValidatingAdmissionPolicy whose expressions are ready to run.
//
// Thread safety: immutable once compiled.
#pragma once

#include <k8s/admissionregistration/v1/admission_policy.pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cel/program.h"
#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver::policy {

// What expressions speak of, in the order of CompiledPolicy's programs.
enum Variable : std::uint8_t {
  kObject,
  kOldObject,
  kRequest,
  kParams,
  kNamespaceObject,
  kVariables,
  kAuthorizer,
  kRequestResource,
  kVariableCount,
};

struct CompiledPolicy {
  admissionregistration_v1::ValidatingAdmissionPolicy policy;
  std::vector<cel::Program> conditions, variables, validations, messages, annotations;

  bool fails() const { return policy.spec().failurepolicy() != "Ignore"; }
};

// What is known of the types of objects and of parameters; null: those cannot be spoken of.
struct Subjects {
  cel::TypePtr object, params;
};

// What is wrong with an expression is in its program, and in `errors`.
CompiledPolicy compile(const admissionregistration_v1::ValidatingAdmissionPolicy& policy,
                       ErrorList& errors);
CompiledPolicy compile(const admissionregistration_v1::ValidatingAdmissionPolicy& policy,
                       const Subjects& subjects, ErrorList& errors);

}  // namespace kubus::apiserver::policy
