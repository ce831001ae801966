// Authorization by a webhook: another server is asked with a SubjectAccessReview, where nobody here
// has an opinion. What it said is remembered for a while.
//
// Thread safety: as RemoteAuthorizer.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "auth/authorizer.h"
#include "kubus/context.h"

namespace kubus::apiserver {

struct WebhookAuthorizerOptions {
  std::string config_file;           // a kubeconfig; empty: nobody is asked
  std::string version = "v1beta1";   // of the review: v1 or v1beta1
  std::chrono::nanoseconds allowed_ttl = std::chrono::minutes(5);
  std::chrono::nanoseconds denied_ttl = std::chrono::seconds(30);
};

// Reads the file. kInvalid that names it where it cannot be used. `context` outlives it.
Result<std::unique_ptr<RemoteAuthorizer>> make_webhook_authorizer(
    Context& context, const WebhookAuthorizerOptions& options);

// The question as it is posted.
std::string access_review_json(const std::string& version, const Identity& identity,
                               const RequestInfo& info);
// What the answer means.
Decision read_access_review(const boost::json::object& review);

}  // namespace kubus::apiserver
