// The selectors that questions of the SubjectAccessReview family name.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/authorization/v1/access_review.pb.h>

#include "request/request_info.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// What is wrong with them. Operators that are not known are not wrong: newer clients know more.
void check_selectors(const authorization_v1::ResourceAttributes& attributes, const Path& path,
                     ErrorList& errors);
// Sets the selectors of `info` to the terms that a request would have written out. What cannot be
// read is left out, so that more is asked about; what there is to say about that, or empty.
std::string take_selectors(const authorization_v1::ResourceAttributes& attributes,
                           RequestInfo& info);

}  // namespace kubus::apiserver
