// Tokens that another server knows: it is asked with a TokenReview. What it said is remembered for a
// while, and those who show the same token at the same time wait for one answer.
//
// Thread safety: as RemoteTokenAuthenticator.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "kubus/context.h"
#include "token/token_authenticator.h"

namespace kubus::apiserver {

struct TokenWebhookOptions {
  std::string config_file;          // a kubeconfig; empty: nobody is asked
  std::string version = "v1beta1";  // of the review: v1 or v1beta1
  std::chrono::nanoseconds ttl = std::chrono::minutes(2);
};

// Reads the file. kInvalid that names it where it cannot be used. `own`: the audiences of this
// server, which are those of a token of which the other one names none. `context` outlives it.
Result<std::shared_ptr<RemoteTokenAuthenticator>> make_webhook_tokens(
    Context& context, const TokenWebhookOptions& options, Audiences own);

// The question as it is posted.
std::string token_review_json(const std::string& version, const std::string& token,
                              const Audiences& audiences);
// What the answer means, where the token was to be meant for one of `wanted`. Nothing: it is not
// known, or meant for others.
Result<std::optional<TokenHolder>> read_token_review(const boost::json::object& review,
                                                     const Audiences& wanted,
                                                     const Audiences& own);

}  // namespace kubus::apiserver
