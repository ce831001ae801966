#include "token/token_review.h"

#include <google/protobuf/message.h>
#include <k8s/authentication/v1/token_review.pb.h>

#include "auth/user_info.h"
#include "subresource/review.h"

namespace kubus::apiserver {
namespace {

using authentication_v1::TokenReview;

void fill_in(const Result<TokenHolder>& holder, TokenReview& review) {
  review.clear_status();
  auto& status = *review.mutable_status();
  if (!holder.ok()) {
    status.mutable_user();
    status.set_error(holder.status().message());
    return;
  }
  status.set_authenticated(true);
  set_user_info(holder->identity, *status.mutable_user());
  status.mutable_audiences()->Assign(holder->audiences.begin(), holder->audiences.end());
}

Status check_review(const TokenReview& asked) {
  if (!asked.metadata().namespace_().empty())
    return errors::bad_request("namespace is not allowed on this type: " +
                               asked.metadata().namespace_());
  if (asked.spec().token().empty())
    return errors::bad_request("token is required for TokenReview in authentication");
  return {};
}

void authenticate(const TokenAuthenticators& tokens, const http::AskerPtr& asker,
                  std::shared_ptr<TokenReview> review, Done done) {
  const auto& spec = review->spec();
  tokens.authenticate_later(
      spec.token(),
      spec.audiences().empty() ? tokens.own_audiences()
                               : Audiences(spec.audiences().begin(), spec.audiences().end()),
      asker,
      [review, done = std::move(done)](const Result<TokenHolder>& holder) mutable {
        fill_in(holder, *review);
        done(Answer::of(std::shared_ptr<const Message>(std::move(review)), 201));
      });
}

}  // namespace

void add_token_review(Api& api, Registry& registry, const TokenService& tokens) {
  api.add("authentication.k8s.io/tokenreviews", "create",
          [&registry, &tokens](CallPtr call, Done done) {
            const auto* authenticators = tokens.authenticators();
            if (!authenticators) return done(not_ready());
            post_review<TokenReview>(
                registry, call, std::move(done),
                [](Message& posted) { return check_review(static_cast<TokenReview&>(posted)); },
                [authenticators, call](std::shared_ptr<TokenReview> review, Done answer) {
                  authenticate(*authenticators, call->asker, std::move(review),
                               std::move(answer));
                });
          });
}

}  // namespace kubus::apiserver
