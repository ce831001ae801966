// The Status of a failed API response.
//
// Thread safety: a pure function.
#pragma once

#include "kubus/status.h"

namespace kubus::api {
class Response;
}

namespace kubus {

// `response` has an HTTP code of 400 or more; its body is normally a meta.v1 Status.
Status api_error(const api::Response& response);

}  // namespace kubus
