#include "webhooks/caller.h"

#include <utility>

#include "webhooks/post.h"

namespace kubus::apiserver::webhooks {

void Caller::ask(const WebhookPtr& webhook, const std::string& uid, std::string question,
                 Done done) {
  Question out;
  out.address = address_of(webhook->client);
  out.tls = webhook->tls;
  out.timeout = webhook->timeout;
  out.json = std::move(question);
  post(client_, cache_, std::move(out),
       [uid, mutates = webhook->mutates,
        done = std::move(done)](const Result<std::string>& body) mutable {
         if (!body.ok()) return done(body.status().annotate("failed to call webhook"));
         auto verdict = read_verdict(*body, uid, mutates);
         if (!verdict.ok())
           return done(verdict.status().annotate("received invalid webhook response"));
         done(std::move(verdict));
       });
}

}  // namespace kubus::apiserver::webhooks
