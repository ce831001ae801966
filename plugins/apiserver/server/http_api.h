// The API over HTTP: requests on resources become calls, answers become responses.
//
// Thread safety: serve() from any thread.
#pragma once

#include "metrics/request_timer.h"
#include "proxy/proxy.h"
#include "registry/api.h"
#include "server/frontend.h"

namespace kubus::apiserver {

class HttpApi {
 public:
  HttpApi(Registry& registry, Api& api, Proxy& proxy)
      : registry_(registry), api_(api), proxy_(proxy) {}
  void serve(ResourceCall request);

 private:
  // What the proxy answers, once admission has let connections pass.
  void serve_proxied(CallPtr call, std::shared_ptr<http::Exchange> exchange, RequestTimer timer);

  Registry& registry_;
  Api& api_;
  Proxy& proxy_;
};

}  // namespace kubus::apiserver
