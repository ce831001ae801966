// What the handlers of the kubelet's server work with.
//
// Thread safety: values; the functions of ServerParts from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../pod_model.h"
#include "kubus/http/exchange.h"
#include "kubus/http/query.h"
#include "kubus/loop.h"
#include "kubus/pool.h"

namespace kubus::kubelet {

// The rest of the kubelet, as the server needs it.
struct ServerParts {
  Loop& loop;
  Pool& pool;
  NodeRuntime& runtime;
  // The pod of this name on this node, or null.
  std::function<PodPtr(const std::string& ns, const std::string& name)> find_pod;
  std::function<std::vector<PodPtr>()> pods;
  std::function<std::string()> probe_metrics;
};

struct ServerRequest {
  std::shared_ptr<http::Exchange> exchange;
  std::vector<std::string> path;  // behind the first segment, unescaped
  http::Query query;

  void respond(http::Response response) const { exchange->respond(std::move(response)); }
};
// On a thread of the server; must not block.
using Route = std::function<void(ServerRequest)>;

}  // namespace kubus::kubelet
