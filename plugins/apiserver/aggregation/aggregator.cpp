#include "aggregation/aggregator.h"

#include "proxy/forwarded.h"
#include "proxy/service_endpoint.h"
#include "server/route.h"

namespace kubus::apiserver::aggregation {
namespace {

http::Response unavailable(const std::string& why) {
  return text_response(503, "text/plain; charset=utf-8", why + "\n");
}

}  // namespace

bool Aggregator::serve(const Identity& identity, const std::shared_ptr<http::Exchange>& exchange) {
  const auto& request = exchange->request();
  const auto service = services_.find(request.path());
  if (!service) return false;
  const auto refuse = [&](const std::string& why) {
    exchange->respond(unavailable(why));
    return true;
  };
  if (!service->available) return refuse("service unavailable");
  auto endpoint = service_endpoint(cache_, service->ns, service->service, service->port);
  if (!endpoint.ok()) return refuse("service unavailable");
  if (!service->tls.ok()) return refuse(service->tls.status().message());
  http::Upstream upstream;
  upstream.host = std::move(endpoint->host);
  upstream.port = endpoint->port;
  upstream.tls = *service->tls;
  if (service->checks_name) upstream.server_name = service->server_name();
  upstream.target = request.target;
  upstream.headers = forwarded_for(identity, request.headers);
  upstream.failed = [](const std::string& error) {
    return unavailable("error trying to reach service: " + error);
  };
  exchange->forward(std::move(upstream));
  return true;
}

}  // namespace kubus::apiserver::aggregation
