// Outcome: what came of asking one webhook.
//
// Thread safety: a value.
#pragma once

#include <memory>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus::apiserver::webhooks {

struct Outcome {
  enum class End {
    kAllowed,
    kDenied,
    kNotCalled,  // there is no answer, or none that can be read
    kFailed,     // of this server's own doing: a patch that does not apply
    kGivenUp,    // nobody waits for it any more: no matter of the webhook's
  } end = End::kAllowed;
  Status status;  // with which the request ends; ok: it goes on
  // What the client is told in place of the status.
  std::shared_ptr<const meta_v1::Status> refusal;
  int code = 200;  // as metrics count it

  // It was not asked, and that is no matter.
  bool failed_open() const { return end == End::kNotCalled && status.ok(); }
  static Outcome failed(Status why) { return {End::kFailed, std::move(why), nullptr, 0}; }
};

}  // namespace kubus::apiserver::webhooks
