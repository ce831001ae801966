#include "auth/webhook_authorizer.h"

#include <boost/json/value.hpp>

#include "auth/digest_cache.h"
#include "auth/review_client.h"
#include "config/document.h"
#include "kubus/api/json_value.h"
#include "respond/json_members.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kReviewGroup = "authorization.k8s.io/";
constexpr std::size_t kDecisionsKept = 8192;
// Longer questions are asked anew each time, as the reference does.
constexpr std::size_t kLongestKept = 10'000;

json::object resource_attributes(const RequestInfo& info) {
  json::object out;
  set_text(out, "namespace", info.ns);
  set_text(out, "verb", info.verb);
  set_text(out, "group", info.group);
  set_text(out, "version", info.version);
  set_text(out, "resource", info.resource);
  set_text(out, "subresource", info.subresource);
  set_text(out, "name", info.name);
  if (!info.field_selector.empty())
    out["fieldSelector"] = json::object{{"rawSelector", info.field_selector}};
  return out;
}

class WebhookAuthorizer final : public RemoteAuthorizer {
 public:
  WebhookAuthorizer(Context& context, config::RemoteServer server,
                    const WebhookAuthorizerOptions& options)
      : options_(options),
        known_(std::make_shared<Known>(kDecisionsKept)),
        client_(context, std::move(server), "authz-webhook") {}

  void decide(const Identity& identity, const RequestInfo& info, Done done) override {
    auto question = access_review_json(options_.version, identity, info);
    const auto digest = Known::digest_of(question);
    if (auto known = known_->find(digest, std::chrono::steady_clock::now()))
      return done(std::move(*known));
    const bool keeps = question.size() < kLongestKept;
    client_.ask(std::move(question),
                [known = known_, digest, keeps, allowed_ttl = options_.allowed_ttl,
                 denied_ttl = options_.denied_ttl,
                 done = std::move(done)](const Result<json::object>& answer) mutable {
                  if (!answer.ok()) return done({Verdict::kNoOpinion, {}, answer.status()});
                  auto decision = read_access_review(*answer);
                  const auto ttl =
                      decision.verdict == Verdict::kAllow ? allowed_ttl : denied_ttl;
                  if (keeps && decision.error.ok())
                    known->put(digest, decision, std::chrono::steady_clock::now() + ttl);
                  done(std::move(decision));
                });
  }

  void close() override { client_.close(); }

 private:
  using Known = DigestCache<Decision>;
  const WebhookAuthorizerOptions options_;
  // An answer may come while this is destroyed.
  const std::shared_ptr<Known> known_;
  ReviewClient client_;
};

}  // namespace

std::string access_review_json(const std::string& version, const Identity& identity,
                               const RequestInfo& info) {
  json::object spec;
  if (info.is_resource)
    spec["resourceAttributes"] = resource_attributes(info);
  else
    spec["nonResourceAttributes"] = json::object{{"path", info.path}, {"verb", info.verb}};
  set_text(spec, "user", identity.name);
  if (!identity.groups.empty())
    spec[version == "v1" ? "groups" : "group"] = strings(identity.groups);
  set_text(spec, "uid", identity.uid);
  if (!identity.extra.empty()) {
    json::object extra;
    for (const auto& [key, values] : identity.extra) extra[key] = strings(values);
    spec["extra"] = std::move(extra);
  }
  json::object review;
  review["kind"] = "SubjectAccessReview";
  review["apiVersion"] = std::string(kReviewGroup) + version;
  review["metadata"] = json::object();
  review["spec"] = std::move(spec);
  review["status"] = json::object{{"allowed", false}};
  std::string text;
  append_json(review, text);
  return text;
}

Decision read_access_review(const json::object& review) {
  Decision decision;
  const auto* status = review.if_contains("status");
  if (!status || !status->is_object()) {
    decision.error = Status(Code::kUnavailable, "the webhook's answer has no status");
    return decision;
  }
  const auto& said = status->get_object();
  const auto is_true = [&](std::string_view member) {
    const auto* value = said.if_contains(member);
    return value && value->is_bool() && value->get_bool();
  };
  decision.reason = config::text_of(said, "reason");
  if (is_true("allowed") && is_true("denied")) {
    decision.verdict = Verdict::kDeny;
    decision.error = Status(Code::kUnavailable,
                            "webhook subject access review returned both allow and deny response");
  } else if (is_true("denied")) {
    decision.verdict = Verdict::kDeny;
  } else if (is_true("allowed")) {
    decision.verdict = Verdict::kAllow;
  }
  return decision;
}

Result<std::unique_ptr<RemoteAuthorizer>> make_webhook_authorizer(
    Context& context, const WebhookAuthorizerOptions& options) {
  auto server = config::read_kubeconfig(options.config_file);
  if (!server.ok()) return server.status().annotate("authorization_webhook_config_file");
  std::unique_ptr<RemoteAuthorizer> made =
      std::make_unique<WebhookAuthorizer>(context, std::move(*server), options);
  return made;
}

}  // namespace kubus::apiserver
