// What webhooks make of an object.
//
// Thread safety: free functions; a Call is used by one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "admission/seen_call.h"
#include "apply/managed_fields.h"

namespace kubus::apiserver::webhooks {

struct Patched {
  bool applied = false;    // there was something in the patch
  bool changed = false;    // the object is another one than before
  std::string operations;  // the patch, as audit shows it
};

// Replaces `object`, which is the one of the call that was seen, by what the JSON patch makes of
// it; completed with its defaults. Null: there is none. kInternalError: the patch does not apply,
// or what comes of it is no such object.
Result<Patched> apply_webhook_patch(const SeenCall& seen, const std::string& hook,
                                    std::unique_ptr<Message>* object, const std::string& patch);

// Who owns which fields after all have had their say: `before`, with a warning, where what they
// left cannot be.
void keep_sound_managers(Call& call, const EncodedManagers& before, Message& object);

}  // namespace kubus::apiserver::webhooks
