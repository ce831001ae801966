// Authorization by a webhook: another server is asked with a SubjectAccessReview. What it said is
// remembered for a while.
//
// Thread safety: as RemoteAuthorizer.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "auth/authorizer.h"
#include "auth/match_conditions.h"
#include "kubus/context.h"

namespace kubus::apiserver {

struct WebhookAuthorizerOptions {
  std::string config_file;          // a kubeconfig; empty: nobody is asked
  std::string version = "v1beta1";  // of the review: v1 or v1beta1
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);  // of one try
  // For how long an answer is remembered; not at all when that is zero.
  std::chrono::nanoseconds allowed_ttl = std::chrono::minutes(5);
  std::chrono::nanoseconds denied_ttl = std::chrono::seconds(30);
  // What it means when there is no answer.
  Verdict on_error = Verdict::kNoOpinion;
  // Nobody is asked where they do not hold.
  MatchConditions conditions;
};

// Reads the file. kInvalid that names it where it cannot be used. `context` outlives it.
Result<std::shared_ptr<RemoteAuthorizer>> make_webhook_authorizer(
    Context& context, const WebhookAuthorizerOptions& options);

}  // namespace kubus::apiserver
