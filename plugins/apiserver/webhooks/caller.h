// Calls webhooks over HTTPS.
//
// Thread safety: all members from any thread.
#pragma once

#include <string>

#include "cache/cluster_cache.h"
#include "kubus/function.h"
#include "kubus/http/client.h"
#include "webhooks/review.h"
#include "webhooks/webhook.h"

namespace kubus::apiserver::webhooks {

class Caller {
 public:
  explicit Caller(ClusterCache& cache) : cache_(cache), client_("webhooks") {}

  // `done` gets the verdict, or why there is none, in the words of the reference and with the code
  // that metrics count it under; on the client's thread, or before this returns.
  using Done = UniqueFunction<void(Result<Verdict>)>;
  void ask(const WebhookPtr& webhook, const std::string& uid, std::string question,
           http::AskerPtr asker, Done done);

 private:
  ClusterCache& cache_;
  http::Client client_;
};

}  // namespace kubus::apiserver::webhooks
