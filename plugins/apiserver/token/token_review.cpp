#include "token/token_review.h"

#include <google/protobuf/message.h>
#include <k8s/authentication/v1/token_review.pb.h>

#include "auth/user_info.h"
#include "registry/body.h"

namespace kubus::apiserver {
namespace {

using authentication_v1::TokenReview;

void review(const TokenAuthenticators& tokens, TokenReview& review) {
  const auto& spec = review.spec();
  const Audiences audiences = spec.audiences().empty()
                                  ? tokens.own_audiences()
                                  : Audiences(spec.audiences().begin(), spec.audiences().end());
  auto holder = tokens.authenticate(spec.token(), audiences);
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
    auto body = read_body(*call, *TokenReview::descriptor());
    if (!body.ok()) return done(body.status());
    std::shared_ptr<Message> message = std::move(*body);
    auto& asked = static_cast<TokenReview&>(*message);
    if (!asked.metadata().namespace_().empty())
      return done(errors::bad_request("namespace is not allowed on this type: " +
                                      asked.metadata().namespace_()));
    if (asked.spec().token().empty())
      return done(errors::bad_request("token is required for TokenReview in authentication"));
    review(*authenticators, asked);
    done(Answer::of(std::shared_ptr<const Message>(std::move(message)), 201));
  });
}

}  // namespace kubus::apiserver
