// What admission of new pods begins with.
//
// Thread safety: a pure function.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include "admission/admission.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {

// The pod of a call that creates one; null for everything else.
inline core_v1::Pod* created_pod(const AdmissionCall& admission) {
  if (!admission.is("", "pods") || !admission.creates()) return nullptr;
  return static_cast<core_v1::Pod*>(admission.object);
}

}  // namespace kubus::apiserver
