#include <k8s/authentication/v1/token_review.pb.h>
#include <k8s/authorization/v1/access_review.pb.h>
#include <k8s/authorization/v1/rules_review.pb.h>

#include "auth/user_info.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {
namespace {

using authorization_v1::SubjectAccessReviewStatus;

// Resource and path attributes have the same fields in all three reviews.
template <class Spec>
RequestInfo asked_about(const Spec& spec) {
  RequestInfo info;
  if (spec.has_nonresourceattributes()) {
    info.path = spec.nonresourceattributes().path();
    info.verb = spec.nonresourceattributes().verb();
    return info;
  }
  const auto& attributes = spec.resourceattributes();
  info.is_resource = true;
  info.verb = attributes.verb();
  info.group = attributes.group();
  info.version = attributes.version();
  info.resource = attributes.resource();
  info.subresource = attributes.subresource();
  info.ns = attributes.namespace_();
  info.name = attributes.name();
  return info;
}

template <class Spec>
void judge(Authorizers& authorizers, const Identity& identity, const Spec& spec,
           SubjectAccessReviewStatus& status) {
  status.set_allowed(authorize(authorizers, identity, asked_about(spec)).ok());
}

template <class Review, class Fill>
void answer_review(const CallPtr& call, Done done, Fill fill) {
  auto body = read_body(*call, *Review::descriptor());
  if (!body.ok()) return done(body.status());
  std::shared_ptr<Message> message = std::move(*body);
  fill(static_cast<Review&>(*message));
  done(Answer::of(std::shared_ptr<const Message>(std::move(message)), 201));
}

Identity named_in(const authorization_v1::SubjectAccessReviewSpec& spec) {
  return {spec.user(), {spec.groups().begin(), spec.groups().end()}, {}};
}

// The rules of whoever may do everything; nobody else has any.
void list_rules(Authorizers& authorizers, const Identity& identity,
                authorization_v1::SubjectRulesReviewStatus& status) {
  RequestInfo everything;
  everything.is_resource = true;
  everything.verb = everything.group = everything.resource = "*";
  if (!authorize(authorizers, identity, everything).ok()) return;
  auto& resources = *status.add_resourcerules();
  resources.add_verbs("*");
  resources.add_apigroups("*");
  resources.add_resources("*");
  auto& paths = *status.add_nonresourcerules();
  paths.add_verbs("*");
  paths.add_nonresourceurls("*");
}

}  // namespace

void add_reviews(Api& api, Authorizers& authorizers) {
  using authorization_v1::LocalSubjectAccessReview;
  using authorization_v1::SelfSubjectAccessReview;
  using authorization_v1::SubjectAccessReview;
  api.add("authorization.k8s.io/selfsubjectaccessreviews", "create",
          [&authorizers](CallPtr call, Done done) {
            answer_review<SelfSubjectAccessReview>(call, std::move(done), [&](auto& review) {
              judge(authorizers, call->identity, review.spec(), *review.mutable_status());
            });
          });
  api.add("authorization.k8s.io/subjectaccessreviews", "create",
          [&authorizers](CallPtr call, Done done) {
            answer_review<SubjectAccessReview>(call, std::move(done), [&](auto& review) {
              judge(authorizers, named_in(review.spec()), review.spec(), *review.mutable_status());
            });
          });
  api.add("authorization.k8s.io/localsubjectaccessreviews", "create",
          [&authorizers](CallPtr call, Done done) {
            answer_review<LocalSubjectAccessReview>(call, std::move(done), [&](auto& review) {
              judge(authorizers, named_in(review.spec()), review.spec(), *review.mutable_status());
            });
          });
  api.add("authorization.k8s.io/selfsubjectrulesreviews", "create",
          [&authorizers](CallPtr call, Done done) {
            answer_review<authorization_v1::SelfSubjectRulesReview>(
                call, std::move(done), [&](auto& review) {
                  list_rules(authorizers, call->identity, *review.mutable_status());
                });
          });
  api.add("authentication.k8s.io/selfsubjectreviews", "create", [](CallPtr call, Done done) {
    answer_review<authentication_v1::SelfSubjectReview>(call, std::move(done), [&](auto& review) {
      set_user_info(call->identity, *review.mutable_status()->mutable_userinfo());
    });
  });
}

}  // namespace kubus::apiserver
