#include "server/frontend.h"

#include "respond/api_errors.h"
#include "respond/status_body.h"

namespace kubus::apiserver {
namespace {

Format failure_format(const http::Request& request) {
  const auto accepted = negotiate(request.headers.get("Accept"));
  return accepted ? accepted->format : Format::kJson;
}

}  // namespace

Frontend::Frontend(Authenticators authenticators, Authorizers& authorizers)
    : authenticators_(std::move(authenticators)), authorizers_(authorizers) {}

http::Response Frontend::failure(int status, std::string message) {
  if (status == 413)
    return status_response(Status(Code::kRequestEntityTooLarge, std::move(message)));
  return text_response(status, "text/plain; charset=utf-8",
                       std::to_string(status) + " " + std::string(http::reason_phrase(status)) +
                           ": " + message + "\n");
}

void Frontend::handle(std::shared_ptr<http::Exchange> exchange) {
  const auto& request = exchange->request();
  ResourceCall call;
  call.query = Query::parse(request.query());
  call.info = parse_request(request.method, request.path(), call.query);
  auto identity = authenticate(authenticators_, request);
  if (!identity.ok())
    return exchange->respond(status_response(identity.status(), failure_format(request)));
  call.identity = std::move(*identity);
  if (auto allowed = authorize(authorizers_, call.identity, call.info); !allowed.ok())
    return exchange->respond(status_response(allowed, failure_format(request)));
  if (call.info.is_resource) {
    call.exchange = std::move(exchange);
    return resources_(std::move(call));
  }
  if (auto* route = routes_.find(request.path()))
    return exchange->respond((*route)({request, call.info, call.query}));
  exchange->respond(text_response(404, "text/plain; charset=utf-8", "404 page not found\n"));
}

}  // namespace kubus::apiserver
