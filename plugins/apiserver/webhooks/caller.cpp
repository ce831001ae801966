#include "webhooks/caller.h"

#include <utility>

#include "webhooks/post.h"

namespace kubus::apiserver::webhooks {

void Caller::ask(const WebhookPtr& webhook, const std::string& uid, std::string question,
                 http::AskerPtr asker, Done done) {
  Question out;
  out.address = address_of(webhook->client);
  out.tls = webhook->tls;
  out.timeout = webhook->timeout;
  out.json = std::move(question);
  out.asker = std::move(asker);
  post(client_, cache_, std::move(out),
       [uid, webhook, done = std::move(done)](const Result<std::string>& body) mutable {
         if (!body.ok()) return done(body.status().annotate("failed to call webhook"));
         done(read_verdict(*body, uid, webhook->review_version, webhook->mutates));
       });
}

}  // namespace kubus::apiserver::webhooks
