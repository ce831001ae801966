// What a webhook makes of an object.
//
// Thread safety: a free function; a Call is used by one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "registry/call.h"

namespace kubus::apiserver::webhooks {

// Replaces `object` by what the JSON patch makes of it; false when that is the same. Who owns which
// fields is none of a webhook's business and stays as it was. kInternalError: it does not apply, or
// what comes of it is no such object.
Result<bool> apply_webhook_patch(const Call& call, std::unique_ptr<Message>& object,
                                 const std::string& patch);

}  // namespace kubus::apiserver::webhooks
