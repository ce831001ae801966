#include "token/token_review.h"

#include <google/protobuf/message.h>
#include <k8s/authentication/v1/token_review.pb.h>

#include "auth/user_info.h"
#include "registry/body.h"
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

}  // namespace

void add_token_review(Api& api, const TokenService& tokens) {
  api.add("authentication.k8s.io/tokenreviews", "create", [&tokens](CallPtr call, Done done) {
    const auto* authenticators = tokens.authenticators();
    if (!authenticators) return done(not_ready());
    auto body = read_review<TokenReview>(*call);
    if (!body.ok()) return done(body.status());
    auto& asked = **body;
    if (!asked.metadata().namespace_().empty())
      return done(errors::bad_request("namespace is not allowed on this type: " +
                                      asked.metadata().namespace_()));
    if (asked.spec().token().empty())
      return done(errors::bad_request("token is required for TokenReview in authentication"));
    const auto& wanted = asked.spec().audiences();
    authenticators->authenticate_later(
        asked.spec().token(),
        wanted.empty() ? authenticators->own_audiences() : Audiences(wanted.begin(), wanted.end()),
        [review = *body, done = std::move(done)](const Result<TokenHolder>& holder) mutable {
          fill_in(holder, *review);
          done(Answer::of(std::shared_ptr<const Message>(std::move(review)), 201));
        });
  });
}

}  // namespace kubus::apiserver
