#include <k8s/authorization/v1/access_review.pb.h>
#include <k8s/authorization/v1/rules_review.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "rbac/authorizer.h"
#include "subresource/access_selectors.h"
#include "subresource/review.h"
#include "subresource/subresources.h"
#include "validation/checks.h"
#include "validation/validation.h"

namespace kubus::apiserver {
namespace {

using authorization_v1::LocalSubjectAccessReview;
using authorization_v1::SelfSubjectAccessReview;
using authorization_v1::SelfSubjectRulesReview;
using authorization_v1::SubjectAccessReview;

// Resource and path attributes have the same fields in all three reviews. `trouble` is set to what
// there is to say about selectors that cannot be read, or empty.
template <class Spec>
RequestInfo asked_about(const Spec& spec, std::string& trouble) {
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
  info.version = attributes.version().empty() ? "*" : attributes.version();
  info.resource = attributes.resource();
  info.subresource = attributes.subresource();
  info.ns = attributes.namespace_();
  info.name = attributes.name();
  trouble = take_selectors(attributes, info);
  return info;
}

template <class Spec>
void check_attributes(const Spec& spec, ErrorList& errors) {
  const Path path("spec");
  if (spec.has_resourceattributes() && spec.has_nonresourceattributes())
    errors.invalid_json(path.child("nonResourceAttributes"),
                        message_json(spec.nonresourceattributes()),
                        "cannot be specified in combination with resourceAttributes");
  if (!spec.has_resourceattributes() && !spec.has_nonresourceattributes())
    errors.invalid_json(
        path.child("resourceAttributes"), "null",
        "exactly one of nonResourceAttributes or resourceAttributes must be specified");
}

template <class Spec>
void check_user(const Spec& spec, ErrorList& errors) {
  if (spec.user().empty() && spec.groups().empty())
    errors.invalid(Path("spec").child("user"), "",
                   "at least one of user or group must be specified");
}

// A question has no name: the namespace of a local one is all its metadata may say.
template <class Review>
void check_metadata(const Review& review, bool local, ErrorList& errors) {
  meta_v1::ObjectMeta metadata = review.metadata();
  metadata.clear_managedfields();
  if (local) metadata.clear_namespace_();
  if (same_content(metadata, meta_v1::ObjectMeta())) return;
  errors.invalid_json(Path("metadata"), message_json(review.metadata()),
                      local ? "must be empty except for namespace" : "must be empty");
}

void check_local(const LocalSubjectAccessReview& review, ErrorList& errors) {
  const auto& spec = review.spec();
  const Path path("spec");
  if (spec.has_resourceattributes() &&
      spec.resourceattributes().namespace_() != review.metadata().namespace_())
    errors.invalid(path.child("resourceAttributes").child("namespace"),
                   spec.resourceattributes().namespace_(), "must match metadata.namespace");
  if (spec.has_nonresourceattributes())
    errors.invalid_json(path.child("nonResourceAttributes"),
                        message_json(spec.nonresourceattributes()),
                        "disallowed on this kind of request");
}

template <class Review>
Status check(const Call& call, const Review& review) {
  constexpr bool kLocal = std::is_same_v<Review, LocalSubjectAccessReview>;
  ErrorList errors;
  check_attributes(review.spec(), errors);
  if constexpr (!std::is_same_v<Review, SelfSubjectAccessReview>) check_user(review.spec(), errors);
  check_selectors(review.spec().resourceattributes(), Path("spec").child("resourceAttributes"),
                  errors);
  check_metadata(review, kLocal, errors);
  if constexpr (kLocal) check_local(review, errors);
  return errors.empty() ? Status() : to_status(*call.resource, "", errors);
}

Identity named_in(const authorization_v1::SubjectAccessReviewSpec& spec) {
  Identity identity{spec.user(), {spec.groups().begin(), spec.groups().end()}, {}};
  identity.uid = spec.uid();
  for (const auto& [key, values] : spec.extra())
    identity.extra[key].assign(values.items().begin(), values.items().end());
  return identity;
}

template <class Review>
void fill_in(Decision decision, const std::string& trouble, Review& review) {
  auto& status = *review.mutable_status();
  status.set_allowed(decision.verdict == Verdict::kAllow);
  if (decision.verdict == Verdict::kDeny) status.set_denied(true);
  if (!decision.reason.empty()) status.set_reason(std::move(decision.reason));
  std::string wrong(decision.error.message());
  if (!trouble.empty()) wrong.append(wrong.empty() ? "" : "; ").append(trouble);
  if (!wrong.empty()) status.set_evaluationerror(std::move(wrong));
}

// Checks the question, and finds out whom it is about.
Result<Identity> subject_of(const Call& call, SelfSubjectAccessReview& review) {
  KUBUS_TRY(check(call, review));
  return call.identity;
}

Result<Identity> subject_of(const Call& call, SubjectAccessReview& review) {
  KUBUS_TRY(check(call, review));
  return named_in(review.spec());
}

Result<Identity> subject_of(const Call& call, LocalSubjectAccessReview& review) {
  auto& metadata = *review.mutable_metadata();
  if (metadata.namespace_().empty()) metadata.set_namespace_(call.info.ns);
  if (metadata.namespace_() != call.info.ns)
    return errors::bad_request("spec.resourceAttributes.namespace must match namespace: " +
                               call.info.ns);
  KUBUS_TRY(check(call, review));
  return named_in(review.spec());
}

Status review_rules(const Authorizers& authorizers, const Call& call,
                    SelfSubjectRulesReview& review) {
  const auto& ns = review.spec().namespace_();
  if (ns.empty()) return errors::bad_request("no namespace on request");
  const auto list = list_rules(authorizers, call.identity, ns);
  auto& status = *review.mutable_status();
  for (const auto& rule : list.rules) {
    const auto message = rule.to_message();
    if (!rule.resources.empty()) {
      auto& out = *status.add_resourcerules();
      *out.mutable_verbs() = message.verbs();
      *out.mutable_apigroups() = message.apigroups();
      *out.mutable_resources() = message.resources();
      *out.mutable_resourcenames() = message.resourcenames();
    }
    if (!rule.paths.empty()) {
      auto& out = *status.add_nonresourcerules();
      *out.mutable_verbs() = message.verbs();
      *out.mutable_nonresourceurls() = message.nonresourceurls();
    }
  }
  auto errors = list.errors;
  const bool asks_others = authorizers.asks_others();
  if (asks_others)
    errors.emplace_back("webhook authorizer does not support user rule resolution");
  status.set_incomplete(list.incomplete || asks_others);
  if (!errors.empty()) status.set_evaluationerror(rbac::join_errors(errors));
  return {};
}

template <class Review>
void decide_and_answer(const Authorizers& authorizers, const Identity& subject,
                       const http::AskerPtr& asker, std::shared_ptr<Review> review, Done done) {
  std::string trouble;
  const auto info = asked_about(review->spec(), trouble);
  decide_with_remote(
      authorizers, subject, info, asker,
      [review = std::move(review), trouble = std::move(trouble),
       done = std::move(done)](Decision decision) mutable {
        fill_in(std::move(decision), trouble, *review);
        done(Answer::of(std::move(review), 201));
      });
}

template <class Review>
void add(Api& api, Registry& registry, const char* resource, const Authorizers& authorizers) {
  api.add(std::string("authorization.k8s.io/") + resource, "create",
          [&registry, &authorizers](CallPtr call, Done done) {
            auto subject = std::make_shared<Identity>();
            post_review<Review>(
                registry, call, std::move(done),
                [call, subject](Message& posted) -> Status {
                  auto found = subject_of(*call, static_cast<Review&>(posted));
                  if (!found.ok()) return found.status();
                  *subject = std::move(*found);
                  return {};
                },
                [&authorizers, call, subject](std::shared_ptr<Review> review, Done answer) {
                  decide_and_answer(authorizers, *subject, call->asker, std::move(review),
                                    std::move(answer));
                });
          });
}

}  // namespace

void add_access_reviews(Api& api, Registry& registry, const Authorizers& authorizers) {
  add<SelfSubjectAccessReview>(api, registry, "selfsubjectaccessreviews", authorizers);
  add<SubjectAccessReview>(api, registry, "subjectaccessreviews", authorizers);
  add<LocalSubjectAccessReview>(api, registry, "localsubjectaccessreviews", authorizers);
  api.add("authorization.k8s.io/selfsubjectrulesreviews", "create",
          [&registry, &authorizers](CallPtr call, Done done) {
            answer_review<SelfSubjectRulesReview>(
                registry, call, std::move(done),
                [&authorizers, call](SelfSubjectRulesReview& review) {
                  return review_rules(authorizers, *call, review);
                });
          });
}

}  // namespace kubus::apiserver
