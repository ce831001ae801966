// How a write is to be done, as reviews and expressions see it: CreateOptions, UpdateOptions,
// DeleteOptions.
//
// Thread safety: pure function.
#pragma once

#include <boost/json/object.hpp>

#include "admission/admission.h"

namespace kubus::apiserver::policy {

// As the body of a deletion says it, and the parameters of the request. A patch creates or
// updates, and has the options of that.
boost::json::object write_options(const AdmissionCall& call);

}  // namespace kubus::apiserver::policy
