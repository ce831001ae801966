#include "server/api_server.h"

#include <optional>

#include "health/health.h"
#include "health/version.h"
#include "http/server.h"
#include "kubus/metrics.h"
#include "respond/api_errors.h"
#include "respond/status_body.h"
#include "server/certificates.h"
#include "server/frontend.h"
#include "server/options.h"

namespace kubus::apiserver {

struct ApiServer::Parts {
  Context& context;
  UniqueFunction<void()> ready;
  Options options;
  Health health;
  Authorizers authorizers;
  std::optional<Frontend> frontend;
  std::optional<http::Server> server;

  Parts(Context& c, UniqueFunction<void()> r) : context(c), ready(std::move(r)) {}

  void make_frontend() {
    authorizers.push_back(make_masters_authorizer());
    authorizers.push_back(make_public_paths_authorizer());
    Authenticators authenticators;
    authenticators.push_back(make_certificate_authenticator());
    frontend.emplace(std::move(authenticators), authorizers);
    auto& routes = frontend->routes();
    for (const char* path : {"/healthz", "/livez", "/readyz"})
      routes.add(path, true, [this](const RouteCall& call) {
        return health.answer(call.info.path, call.query);
      });
    routes.add("/version", false, [](const RouteCall&) {
      return text_response(200, "application/json", version_json());
    });
    routes.add("/metrics", false, [](const RouteCall&) {
      return text_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics::expose());
    });
    frontend->on_resource(
        [](ResourceCall call) { call.exchange->respond(status_response(errors::no_such_path())); });
  }

  // On the pool: files are read and written.
  Status prepare() {
    auto certificates = prepare_certificates(options, "");
    if (!certificates.ok()) return certificates.status();
    http::ServerOptions http;
    http.address = options.bind_address;
    http.port = options.port;
    http.threads = options.http_threads;
    server.emplace(std::move(http), certificates->server, *frontend);
    KUBUS_TRY(server->start());
    return write_kubeconfig(options, server->port());
  }
};

ApiServer::ApiServer(Context& context, UniqueFunction<void()> ready)
    : parts_(std::make_unique<Parts>(context, std::move(ready))) {}

ApiServer::~ApiServer() = default;

Status ApiServer::start() {
  auto& parts = *parts_;
  auto options = Options::from(parts.context.config(), parts.context.state_dir());
  if (!options.ok()) return options.status();
  parts.options = std::move(*options);
  parts.health.add("ping", false, [] { return std::string(); });
  parts.make_frontend();
  parts.context.pool().post([&parts] {
    auto status = parts.prepare();
    if (!status.ok()) return parts.context.fail(std::move(status));
    parts.context.log().info(
        "serving", {{"address", parts.options.bind_address}, {"port", parts.server->port()}});
    parts.ready();
  });
  return {};
}

void ApiServer::drain() {
  if (parts_->server) parts_->server->stop(parts_->options.drain_grace);
}

}  // namespace kubus::apiserver
