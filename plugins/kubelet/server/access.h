// Who may ask the kubelet's server for what.
//
// Thread safety: pure function.
#pragma once

#include "kubus/http/message.h"
#include "kubus/status.h"

namespace kubus::kubelet {

// Administrators (system:masters) and the API server's kubelet client may all, everybody else
// GET /healthz. kUnauthorized without a certificate of the cluster's CA, kForbidden with one that
// is not enough; with the reference's messages.
Status check_access(const http::Request& request);

}  // namespace kubus::kubelet
