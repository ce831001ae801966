// Where a URL leads.
//
// Thread safety: a pure function.
#pragma once

#include <string>

#include "kubus/http/client.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// A request to "https://HOST[:PORT][/PATH][?QUERY]", or the same with http. kInvalid for anything
// else, also for a URL with a user or a fragment. The TLS settings are left to the caller.
Result<http::ClientRequest> request_to(const std::string& url);

}  // namespace kubus::apiserver
