#include "aggregation/aggregator.h"

#include "proxy/service_endpoint.h"
#include "server/route.h"

namespace kubus::apiserver::aggregation {
namespace {

http::Response refusal(int status, const std::string& why) {
  auto response = text_response(status, "text/plain; charset=utf-8", why + "\n");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

// A server could send its clients, with what they show it, to another one.
http::Response redirect_refused() {
  http::Response response;
  response.status = 502;
  response.body.push_back(
      Bytes::copy("the backend attempted to redirect this request, which is not permitted"));
  return response;
}

}  // namespace

// A description that the server does not list is our own business: there is none, or it was made
// here.
RemoteServicePtr Aggregator::find(std::string_view path) const {
  static constexpr std::string_view kDescriptions = "/openapi/v3/";
  auto service = services_.find(path);
  if (!service || !path.starts_with(kDescriptions)) return service;
  const std::string page(path.substr(kDescriptions.size()));
  const auto documents = describer_.documents();
  return documents->pages.contains(page) && !documents->made.contains(page) ? service : nullptr;
}

bool Aggregator::serve(const Identity& identity, const std::shared_ptr<http::Exchange>& exchange) {
  const auto& request = exchange->request();
  const auto service = find(request.path());
  if (!service) return false;
  const auto refuse = [&](int status, const std::string& why) {
    exchange->respond(refusal(status, why));
    return true;
  };
  if (!service->available) return refuse(503, "service unavailable");
  if (!service->tls.ok())
    return refuse(500, "unable to load root certificates: " + service->tls.status().message());
  auto endpoint = service_endpoint(cache_, service->ns, service->service, service->port);
  if (!endpoint.ok()) return refuse(503, "service unavailable");
  http::Upstream upstream;
  upstream.host = std::move(endpoint->host);
  upstream.port = endpoint->port;
  upstream.tls = *service->tls;
  if (service->checks_name) upstream.server_name = service->server_name();
  upstream.target = request.target;
  upstream.headers = forwarded_for(identity, request.headers, identities_);
  upstream.failed = [](const std::string& error) {
    return refusal(503, "error trying to reach service: " + error);
  };
  upstream.redirected = redirect_refused;
  exchange->forward(std::move(upstream));
  return true;
}

}  // namespace kubus::apiserver::aggregation
