// Reads the answers of webhooks as the client library of the reference reads them, and finds the
// same faults in them.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/admission/v1/admission_review.pb.h>

#include <string>
#include <string_view>

#include "kubus/api/json.h"
#include "kubus/api/types.h"

namespace kubus::apiserver::webhooks {

// The review in `body`, JSON or YAML, where one of that version is expected; what it says it is.
// kServiceUnavailable: it is something else.
Result<TypeMeta> decode_review(std::string_view body, const std::string& version,
                               admission_v1::AdmissionReview& review);

// "admission.k8s.io/v1, Kind=AdmissionReview".
std::string go_text(const TypeMeta& type);

}  // namespace kubus::apiserver::webhooks
