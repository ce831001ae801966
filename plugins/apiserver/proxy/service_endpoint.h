// Where the pods behind a Service are reached.
//
// Thread safety: a free function.
#pragma once

#include <cstdint>
#include <string>

#include "cache/cluster_cache.h"

namespace kubus::apiserver {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

// One of those that are ready, another one each time. `port`: its name or number; empty: the only
// one. kNotFound: there is no such service. kServiceUnavailable: it has no such port, or nobody is
// ready behind it.
Result<Endpoint> service_endpoint(ClusterCache& cache, const std::string& ns,
                                  const std::string& service, const std::string& port);

}  // namespace kubus::apiserver
