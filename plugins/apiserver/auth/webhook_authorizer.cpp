#include "auth/webhook_authorizer.h"

#include <boost/json/object.hpp>

#include "auth/access_review.h"
#include "auth/digest_cache.h"
#include "auth/review_client.h"
#include "config/kubeconfig.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kDecisionsKept = 8192;
// Longer questions are asked anew each time, as the reference does.
constexpr std::size_t kLongestKept = 10'000;

class WebhookAuthorizer final : public RemoteAuthorizer {
 public:
  WebhookAuthorizer(Context& context, config::RemoteServer server,
                    const WebhookAuthorizerOptions& options)
      : context_(context),
        options_(options),
        known_(std::make_shared<Known>(kDecisionsKept)),
        client_(context, std::move(server), "authz-webhook",
                std::chrono::ceil<std::chrono::milliseconds>(options.timeout)) {}

  void decide(const Identity& identity, const RequestInfo& info, const http::AskerPtr& asker,
              Done done) override {
    if (!options_.conditions.empty()) {
      const auto match = options_.conditions.hold(identity, info);
      if (!match.ok()) return done({options_.on_error, {}, match.status()});
      if (!*match) return done({});
    }
    auto question = access_review_json(options_.version, identity, info);
    const auto digest = Known::digest_of(question);
    if (auto known = known_->find(digest, std::chrono::steady_clock::now()))
      return done(std::move(*known));
    const bool keeps = question.size() < kLongestKept;
    client_.ask(
        std::move(question), asker,
        [&log = context_.log(), known = known_, digest, keeps, allowed_ttl = options_.allowed_ttl,
         denied_ttl = options_.denied_ttl, on_error = options_.on_error, asker,
         done = std::move(done)](const Result<boost::json::object>& answer) mutable {
          // Whoever leaves must not get past this by that.
          if (!answer.ok() && http::has_left(asker))
            return done({Verdict::kDeny, {}, answer.status()});
          if (!answer.ok()) {
            log.error("the webhook for authorization gives no answer",
                      {{"error", answer.status().message()}});
            return done({on_error, {}, answer.status()});
          }
          auto decision = read_access_review(*answer);
          const auto ttl = decision.verdict == Verdict::kAllow ? allowed_ttl : denied_ttl;
          if (keeps && decision.error.ok())
            known->put(digest, decision, std::chrono::steady_clock::now() + ttl);
          done(std::move(decision));
        });
  }

  void close() override { client_.close(); }

 private:
  using Known = DigestCache<Decision>;
  Context& context_;
  const WebhookAuthorizerOptions options_;
  // An answer may come while this is destroyed.
  const std::shared_ptr<Known> known_;
  ReviewClient client_;
};

}  // namespace

Result<std::shared_ptr<RemoteAuthorizer>> make_webhook_authorizer(
    Context& context, const WebhookAuthorizerOptions& options) {
  auto server = config::read_kubeconfig(options.config_file);
  if (!server.ok()) return server.status();
  std::shared_ptr<RemoteAuthorizer> made =
      std::make_shared<WebhookAuthorizer>(context, std::move(*server), options);
  return made;
}

}  // namespace kubus::apiserver
