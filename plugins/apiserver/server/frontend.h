// The HTTP side of the pipeline: who is it, may they, and which part answers.
//
// Thread safety: set up before the server starts; handle() runs on the server's threads.
#pragma once

#include <memory>

#include "audit/audit.h"
#include "auth/authenticator.h"
#include "auth/authorizer.h"
#include "cache/cluster_cache.h"
#include "fairness/exchange.h"
#include "kubus/api/time.h"
#include "kubus/http/asker.h"
#include "kubus/http/exchange.h"
#include "server/route.h"

namespace kubus::apiserver {

// What one request on a resource needs to be answered over HTTP.
struct ResourceCall {
  std::shared_ptr<http::Exchange> exchange;
  http::AskerPtr asker;  // its client
  RequestInfo info;
  Query query;
  Identity identity;
  std::shared_ptr<audit::Record> record;  // null: it is not recorded
  SystemTime arrived;
  Duration limit{};  // the time it has in all
};

class Frontend final : public http::Handler {
 public:
  using ResourceHandler = UniqueFunction<void(ResourceCall)>;

  Frontend(Authenticators authenticators, Authorizers& authorizers);
  // Requests get their turn from `fairness`, which looks up in `cache` what they cost; both outlive
  // the server. Without it, all are served at once.
  void share_by(fairness::Fairness& fairness, ClusterCache& cache);
  Routes& routes() { return routes_; }
  // Requests are recorded by `audit`, which outlives the server.
  void record_with(audit::Audit& audit) { audit_ = &audit; }
  void on_resource(ResourceHandler handler) { resources_ = std::move(handler); }
  // Asked first about everything below /apis and its descriptions: true when it has answered.
  using OtherHandler = UniqueFunction<bool(const ResourceCall&)>;
  void on_other(OtherHandler handler) { others_ = std::move(handler); }

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  http::Response failure(int status, std::string message) override;
  // False for those who are not known or may not, as far as that is found out at once.
  bool wants_body(const http::Request& head) override;

 private:
  // The steps of a request, of which some wait for others.
  void known(ResourceCall call, Result<Identity> identity);
  void identified(ResourceCall call, Result<Identity> identity);
  void check_access(ResourceCall call);
  // Goes on with the call now, or when its turn comes.
  void take_turn(ResourceCall call);
  void decided(ResourceCall call, const Decision& decision,
               std::chrono::steady_clock::time_point begun);
  void serve(ResourceCall call);

  Authenticators authenticators_;
  Authorizers& authorizers_;
  fairness::Fairness* fairness_ = nullptr;
  ClusterCache* cache_ = nullptr;
  audit::Audit* audit_ = nullptr;
  Routes routes_;
  ResourceHandler resources_;
  OtherHandler others_;
};

}  // namespace kubus::apiserver
