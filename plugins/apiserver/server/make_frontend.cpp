#include "server/api_server_parts.h"

#include "rbac/authorizer.h"
#include "server/routes.h"
#include "token/subprotocol_authenticator.h"
#include "token/token_routes.h"

namespace kubus::apiserver {
Status ApiServer::Parts::make_authorizers() {
  permissions = std::make_shared<PluginPermissions>(context);
  authorizers.resume_by([this](Task rest) { run_on_server(std::move(rest)); });
  AuthorizerKeeper::Local local;
  local.plugins = permissions;
  local.node = node::make_authorizer(*node_graph, *cache);
  local.rbac = rbac::make_authorizer(rbac_index);
  authorizer_keeper.emplace(context, options, authorizers, std::move(local));
  issuer_keeper.emplace(context, options, tokens);
  return authorizer_keeper->open();
}

// A server that ends takes nothing any more: then whoever brings the answer goes on with it.
void ApiServer::Parts::run_on_server(Task rest) {
  const auto task = std::make_shared<Task>(std::move(rest));
  auto* threads = serving.load(std::memory_order_acquire);
  if (!threads || !threads->post([task] { (*task)(); })) (*task)();
}

void ApiServer::Parts::make_fairness() {
  const auto seats = options.max_reads + options.max_writes;
  if (seats == 0) return;
  fairness::Surroundings surroundings;
  surroundings.now = [] { return fairness::Clock::now(); };
  surroundings.run = [this](Task task) { context.pool().post(std::move(task)); };
  surroundings.after = [this](Duration delay, Task task) {
    context.loop().after(delay, std::move(task)).detach();
  };
  fairness.emplace(static_cast<int>(seats), std::move(surroundings));
  fairness_feed.emplace(*registry, *fairness);
}

void ApiServer::Parts::make_frontend(const Certificates& made) {
  Authenticators authenticators;
  authenticators.anonymous = issuer_keeper->anonymous();
  if (!made.front_proxy_ca_pem.empty())
    authenticators.all.push_back(
        make_front_proxy_authenticator(made.front_proxy_ca_pem, options.front_proxy));
  authenticators.all.push_back(make_certificate_authenticator());
  authenticators.all.push_back(make_bearer_authenticator(*tokens.authenticators()));
  authenticators.all.push_back(make_subprotocol_authenticator(*tokens.authenticators()));
  frontend.emplace(std::move(authenticators), authorizers);
  if (fairness) frontend->share_by(*fairness, *cache);
  if (audit) frontend->record_with(*audit);
  add_checks(health, progress,
             {[this] { return sync->following(); }, [this] { return cache->revision() > 0; },
              [this] { return drained.load(); }, fairness.has_value()});
  add_health_routes(frontend->routes(), health, *cache);
  add_discovery_routes(frontend->routes(), *kinds, health);
  add_token_routes(frontend->routes(), *tokens.issuer());
  if (fairness) add_fairness_routes(frontend->routes(), *fairness);
  http_api.emplace(*registry, *api, *proxy);
  remote_services.emplace(*cache->find(aggregation::kGroup, aggregation::kPlural),
                          made.front_proxy_client);
  describer.emplace(*registry, *kinds, *remote_services);
  add_openapi_routes(frontend->routes(), *kinds, *describer);
  aggregator.emplace(*cache, *remote_services, *describer, IdentityFields(options.front_proxy));
  availability.emplace(*registry, *remote_services, *describer);
  frontend->on_other(
      [this](const ResourceCall& call) { return aggregator->serve(call.identity, call.exchange); });
  frontend->on_resource([this](ResourceCall call) { http_api->serve(std::move(call)); });
}

// On the pool: files are read and written.
Status ApiServer::Parts::listen() {
  auto made = certificates->open();
  if (!made.ok()) return made.status();
  client_ca = made->ca_pem;
  front_proxy_ca = made->front_proxy_ca_pem;
  tokens.resume_by([this](Task rest) { run_on_server(std::move(rest)); });
  KUBUS_TRY(tokens.load(options.tokens, made->service_account_key_pem, *cache,
                        [this](const Audiences& own) { return issuer_keeper->open(own); }));
  auto plain = http::ClientTls::make("", "", "");
  if (!plain.ok()) return plain.status();
  proxy.emplace(*cache, made->kubelet_client, std::move(*plain),
                IdentityFields(options.front_proxy));
  make_frontend(*made);
  http::ServerOptions http;
  http.address = options.bind_address;
  http.port = options.port;
  http.threads = options.http_threads;
  http.limits.http2_streams = options.http2_streams;
  {
    std::lock_guard lock(starting);
    if (drained) return Status(Code::kCancelled, "drained before it served");
    server.emplace(std::move(http), made->server, *frontend);
    KUBUS_TRY(server->start());
    serving.store(&*server, std::memory_order_release);
  }
  return write_kubeconfig(options, server->port());
}

// On the pool. What is connected stays so, with what it was connected by.
void ApiServer::Parts::use(const Certificates& renewed) {
  server->set_tls(renewed.server);
  proxy->set_kubelet_tls(renewed.kubelet_client);
  remote_services->set_client(renewed.front_proxy_client);
  const auto status = write_kubeconfig(options, server->port());
  if (!status.ok()) context.log().warn("kubeconfig not written", {{"error", status.message()}});
}

}  // namespace kubus::apiserver
