// Aggregator: passes requests on to the servers that answer for them, and says who asks. Those for
// their OpenAPI documents are passed on as well.
//
// Thread safety: all members from any thread.
#pragma once

#include <memory>
#include <utility>

#include "aggregation/describer.h"
#include "aggregation/remote_services.h"
#include "auth/identity.h"
#include "cache/cluster_cache.h"
#include "kubus/http/exchange.h"
#include "proxy/forwarded.h"

namespace kubus::apiserver::aggregation {

class Aggregator {
 public:
  Aggregator(ClusterCache& cache, RemoteServices& services, const Describer& describer,
             IdentityFields identities)
      : cache_(cache),
        services_(services),
        describer_(describer),
        identities_(std::move(identities)) {}
  // False: it is our own business. The client has been let in.
  bool serve(const Identity& identity, const std::shared_ptr<http::Exchange>& exchange);

 private:
  RemoteServicePtr find(std::string_view path) const;

  ClusterCache& cache_;
  RemoteServices& services_;
  const Describer& describer_;
  const IdentityFields identities_;
};

}  // namespace kubus::apiserver::aggregation
