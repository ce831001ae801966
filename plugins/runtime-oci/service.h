// Service `runtime.v1` over a Runtime: the only file that knows the bus.
//
// Thread safety: handlers run on the loop; what blocks goes to the pool. A request is checked for
// nothing here but its form: the Runtime judges it.
#pragma once

#include "kubus/bus.h"
#include "runtime.h"

namespace kubus::runtime_oci {

// `runtime` must outlive the service's registration.
bus::Service make_service(Runtime& runtime);

}  // namespace kubus::runtime_oci
