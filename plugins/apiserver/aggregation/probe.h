// Whether the server behind an APIService answers. It is asked several times at once, as the
// reference does it: one good answer will do.
//
// Thread safety: a free function; `done` runs on the client's thread, or within the call.
#pragma once

#include "aggregation/remote_services.h"
#include "cache/cluster_cache.h"
#include "kubus/http/client.h"
#include "proxy/service_endpoint.h"

namespace kubus::apiserver::aggregation {

// `done` gets why it does not, once, or an empty text.
void probe(http::Client& client, ClusterCache& cache, const RemoteServicePtr& service,
           UniqueFunction<void(std::string why)> done);

// A GET of `target` there, as the cluster itself; what it answers need not be believed.
http::ClientRequest own_request(const RemoteService& service, const Endpoint& endpoint,
                                std::string target, const char* user);

}  // namespace kubus::apiserver::aggregation
