#include "server/api_server.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "admission/plugins.h"
#include "aggregation/aggregator.h"
#include "aggregation/availability.h"
#include "aggregation/local_services.h"
#include "auth/deferred.h"
#include "auth/plugin_permissions.h"
#include "auth/webhook_authorizer.h"
#include "cache/storage_sync.h"
#include "components/component_statuses.h"
#include "custom/definition_controller.h"
#include "fairness/feed.h"
#include "fairness/keeper.h"
#include "health/checks.h"
#include "health/version.h"
#include "kubus/http/server.h"
#include "node/node_authorizer.h"
#include "node/node_restriction.h"
#include "oidc/oidc_tokens.h"
#include "quota/quota_ledger.h"
#include "rbac/authorizer.h"
#include "rbac/escalation.h"
#include "rbac/feed.h"
#include "rbac/policy_keeper.h"
#include "server/bootstrap.h"
#include "server/bus_api.h"
#include "server/certificate_keeper.h"
#include "server/event_expiry.h"
#include "server/http_api.h"
#include "server/options.h"
#include "server/routes.h"
#include "services/address_object.h"
#include "services/address_repair.h"
#include "services/allocator_feed.h"
#include "services/default_range.h"
#include "subresource/subresources.h"
#include "token/subprotocol_authenticator.h"
#include "token/token_request.h"
#include "token/token_review.h"
#include "token/token_routes.h"
#include "versions/version.h"
#include "webhooks/webhooks.h"

namespace kubus::apiserver {

// Members are destroyed from the last to the first: the server that runs all of them goes last,
// after its threads have ended.
struct ApiServer::Parts {
  Context& context;
  UniqueFunction<void()> ready;
  Options options;
  std::string service_address;
  std::string client_ca, front_proxy_ca;
  // The server's last requests are recorded too.
  std::optional<audit::Audit> audit;
  std::optional<http::Server> server;
  rbac::Index rbac_index;
  ValueCodec codec;
  std::optional<ClusterCache> cache;
  std::optional<rbac::Feed> rbac_feed;
  std::optional<node::Graph> node_graph;
  std::shared_ptr<ServiceAllocator> services;
  std::optional<AllocatorFeed> services_feed;
  TokenService tokens;
  std::optional<QuotaLedger> ledger;
  std::optional<webhooks::Webhooks> webhooks;
  std::optional<fairness::Fairness> fairness;
  std::optional<Registry> registry;
  std::optional<fairness::Feed> fairness_feed;
  std::optional<DefaultRange> default_range;
  std::optional<AddressRepair> address_repair;
  std::optional<KindCatalog> kinds;
  std::optional<DefinitionController> definitions;
  std::optional<aggregation::LocalServices> local_services;
  std::optional<aggregation::RemoteServices> remote_services;
  std::optional<aggregation::Aggregator> aggregator;
  std::optional<aggregation::AvailabilityController> availability;
  std::optional<Api> api;
  std::shared_ptr<PluginPermissions> permissions;
  Authorizers authorizers;
  Health health;
  Progress progress;
  std::optional<Proxy> proxy;
  std::optional<HttpApi> http_api;
  std::optional<BusApi> bus_api;
  std::optional<Frontend> frontend;
  std::optional<StorageSync> sync;
  std::optional<EventExpiry> expiry;
  std::optional<CertificateKeeper> certificates;
  Registration bookmarks, defaults_kept, seats_moved;
  std::atomic<bool> is_ready{false};
  // Drained, perhaps while the pool still prepares the server, which then never starts.
  std::atomic<bool> drained{false};
  std::mutex starting;
  // On the loop: both must be true for the first objects to be made.
  bool listening = false;
  bool filled = false;

  Parts(Context& c, UniqueFunction<void()> r) : context(c), ready(std::move(r)) {}

  Status configure();
  Status make_audit();
  void make_registry();
  void make_services();
  Status make_admissions();
  void make_subresources();
  Status make_authorizers();
  void make_fairness();
  void keep_defaults();
  void make_frontend(const Certificates& made);
  void use(const Certificates& renewed);
  Status listen();
  void begin_objects();
  void make_objects();
  void finish_start(const Status& status);
};

namespace {

// Delegates to an authorizer that others share.
class SharedAuthorizer final : public Authorizer {
 public:
  explicit SharedAuthorizer(std::shared_ptr<Authorizer> to) : to_(std::move(to)) {}
  Verdict decide(const Identity& identity, const RequestInfo& info, std::string* reason) override {
    return to_->decide(identity, info, reason);
  }
  void list_rules(const Identity& identity, std::string_view ns, RuleList& list) override {
    to_->list_rules(identity, ns, list);
  }

 private:
  std::shared_ptr<Authorizer> to_;
};

// What is stored in another version of its group is served in this one only if it can be converted.
std::vector<const ResourceInfo*> served_resources(ClusterCache& cache) {
  auto resources = stable_resources();
  std::erase_if(resources, [&](const ResourceInfo* resource) {
    return cache.find(resource->group, resource->plural) && !cache.find(*resource) &&
           !version_of(*resource);
  });
  return resources;
}

constexpr std::chrono::minutes kBookmarkPeriod{1};
// By which the reference lends seats and puts its flow schemas right.
constexpr std::chrono::seconds kLendingPeriod{10};
constexpr std::chrono::minutes kDefaultsPeriod{1};

}  // namespace

Status ApiServer::Parts::configure() {
  auto read = Options::from(context.config(), context.state_dir());
  if (!read.ok()) return read.status();
  options = std::move(*read);
  if (!options.encryption_config.empty()) {
    auto rules = ValueCodec::read(options.encryption_config);
    if (!rules.ok()) return rules.status();
    codec = std::move(*rules);
  }
  KUBUS_TRY(make_audit());
  service_address = AddressRange(options.service_cidrs.front()).first().text();
  certificates.emplace(context, options, service_address);
  make_registry();
  KUBUS_TRY(make_admissions());
  make_subresources();
  KUBUS_TRY(make_authorizers());
  make_fairness();
  registry->permit_creation([this](Call& call) {
    auto creation = call.info;
    creation.verb = "create";
    auto status = authorize(authorizers, call.identity, creation);
    if (status.ok()) return status;
    return require_any(authorizers, call, {std::move(creation)}, std::move(status));
  });
  registry->settle_deferred([this](CallPtr call, UniqueFunction<void(Status)> then) {
    apiserver::settle_deferred(authorizers, std::move(call), std::move(then));
  });
  bus_api.emplace(*registry, *api, authorizers, *permissions);
  if (audit) bus_api->record_with(*audit);
  return bus_api->serve(context.server());
}

Status ApiServer::Parts::make_audit() {
  if (options.audit_policy.empty()) return {};
  auto policy = audit::Policy::read(options.audit_policy);
  if (!policy.ok()) return policy.status();
  auto log = audit::LogFile::open(options.audit_log, context.pool(), context.log());
  if (!log.ok()) return log.status();
  audit.emplace(std::move(*policy), std::move(*log));
  return {};
}

void ApiServer::Parts::make_registry() {
  cache.emplace(options.watch_history);
  rbac_feed.emplace(*cache, rbac_index);
  node_graph.emplace(*cache);
  registry.emplace(context, *cache, codec, standard_engines());
  make_services();
  kinds.emplace(*cache, served_resources(*cache),
                options.advertise_address + ":" + std::to_string(options.port),
                std::string(kGitVersion));
  definitions.emplace(*registry, *kinds);
  local_services.emplace(*registry, *kinds);
  cache->on_settle([this] {
    kinds->settle();
    if (is_ready) availability->wake();
    default_range->wake();
    address_repair->wake();
  });
  kinds->on_change([this] {
    definitions->wake();
    local_services->wake();
  });
  api.emplace(*registry, *kinds);
  sync.emplace(context, *cache, codec, [this] {
    if (auto status = services_feed->start(); !status.ok()) return context.fail(std::move(status));
    if (auto status = rbac_feed->start(); !status.ok()) return context.fail(std::move(status));
    if (fairness_feed)
      if (auto status = fairness_feed->start(); !status.ok())
        return context.fail(std::move(status));
    filled = true;
    begin_objects();
  });
  expiry.emplace(*registry, options.event_ttl);
}

void ApiServer::Parts::make_services() {
  std::vector<std::string> cidrs, families;
  for (const auto& network : options.service_cidrs) {
    cidrs.push_back(network.text());
    families.emplace_back(family_name(network.address.family));
  }
  services = std::make_shared<ServiceAllocator>(
      std::move(families), PortRange(options.node_port_first, options.node_port_last));
  services_feed.emplace(*cache, services);
  registry->hooks().push_back(&*services);
  default_range.emplace(*registry, std::move(cidrs));
  address_repair.emplace(*registry, services);
}

Status ApiServer::Parts::make_admissions() {
  const auto& off = options.disabled_admission;
  auto made = apiserver::make_admissions({*cache, authorizers, options.event_limits},
                                         options.enabled_admission, off);
  if (!made.ok()) return made.status();
  registry->admissions() = std::move(*made);
  registry->admissions().push_back(rbac::make_escalation_check(authorizers, rbac_index));
  const auto is_on = [&](std::string_view name) {
    return std::find(off.begin(), off.end(), name) == off.end();
  };
  const webhooks::Kinds kinds{is_on("MutatingAdmissionWebhook"),
                              is_on("ValidatingAdmissionWebhook")};
  registry->set_remote_admission(&webhooks.emplace(context, *cache, kinds));
  if (is_on("ResourceQuota")) registry->set_ledger(&ledger.emplace(*cache));
  return {};
}

void ApiServer::Parts::make_subresources() {
  add_scale(*api, *registry);
  add_binding(*api, *registry);
  add_eviction(*api, *registry);
  add_finalize(*api, *registry);
  add_reviews(*api);
  add_access_reviews(*api, authorizers);
  add_token_request(*api, *registry, tokens);
  add_token_review(*api, tokens);
  components::add_component_statuses(*api, context);
}

Status ApiServer::Parts::make_authorizers() {
  permissions = std::make_shared<PluginPermissions>(context);
  authorizers.add(make_masters_authorizer());
  authorizers.add(std::make_unique<SharedAuthorizer>(permissions));
  authorizers.add(node::make_authorizer(*node_graph, *cache));
  authorizers.add(rbac::make_authorizer(rbac_index));
  if (options.authorization_webhook.config_file.empty()) return {};
  auto webhook = make_webhook_authorizer(context, options.authorization_webhook);
  if (!webhook.ok()) return webhook.status();
  authorizers.set_remote(std::move(*webhook));
  return {};
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

void ApiServer::Parts::keep_defaults() {
  std::make_shared<fairness::Keeper>(*registry)->run([this](const Status& status) {
    if (!status.ok() && !drained)
      context.log().warn("default flow schemas", {{"error", status.message()}});
  });
}

void ApiServer::Parts::make_frontend(const Certificates& made) {
  Authenticators authenticators;
  if (!made.front_proxy_ca_pem.empty())
    authenticators.push_back(
        make_front_proxy_authenticator(made.front_proxy_ca_pem, options.front_proxy));
  authenticators.push_back(make_certificate_authenticator());
  authenticators.push_back(make_bearer_authenticator(*tokens.authenticators()));
  authenticators.push_back(make_subprotocol_authenticator(*tokens.authenticators()));
  frontend.emplace(std::move(authenticators), authorizers);
  if (fairness) frontend->share_by(*fairness, *cache);
  if (audit) frontend->record_with(*audit);
  add_checks(health, progress,
             {[this] { return sync->following(); }, [this] { return cache->revision() > 0; },
              [this] { return drained.load(); }, fairness.has_value()});
  add_health_routes(frontend->routes(), health);
  add_discovery_routes(frontend->routes(), *kinds);
  add_openapi_routes(frontend->routes(), *kinds);
  add_token_routes(frontend->routes(), *tokens.issuer());
  if (fairness) add_fairness_routes(frontend->routes(), *fairness);
  http_api.emplace(*registry, *api, *proxy);
  remote_services.emplace(*cache->find(aggregation::kGroup, aggregation::kPlural),
                          made.front_proxy_client);
  aggregator.emplace(*cache, *remote_services);
  availability.emplace(*registry, *kinds, *remote_services);
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
  KUBUS_TRY(tokens.load(options.tokens, made->service_account_key_pem, *cache, [&](Audiences own) {
    if (options.oidc) return oidc::make_oidc_tokens(context, *options.oidc, std::move(own));
    return Result<std::unique_ptr<TokenAuthenticator>>(nullptr);
  }));
  auto plain = http::ClientTls::make("", "", "");
  if (!plain.ok()) return plain.status();
  proxy.emplace(*cache, made->kubelet_client, std::move(*plain));
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

void ApiServer::Parts::begin_objects() {
  if (!listening || !filled || drained) return;
  // The addresses of Services come from there.
  default_range->start([this](const Status& status) {
    if (!status.ok() || drained) return finish_start(status);
    make_objects();
  });
}

void ApiServer::Parts::make_objects() {
  auto bootstrap = std::make_shared<Bootstrap>(
      *registry, options, service_address, server->port(),
      authentication_facts(client_ca, front_proxy_ca, options.front_proxy));
  bootstrap->run([this](const Status& status) {
    if (!status.ok()) return finish_start(status);
    progress.objects = true;
    auto keeper = std::make_shared<rbac::PolicyKeeper>(*registry);
    keeper->run([this](const Status& kept) {
      if (!kept.ok() || drained) return finish_start(kept);
      progress.roles = true;
      std::make_shared<fairness::Keeper>(*registry)->run(
          [this](const Status& made) { finish_start(made); });
    });
  });
}

void ApiServer::Parts::finish_start(const Status& status) {
  if (drained) return;
  if (!status.ok()) return context.fail(status.annotate("the first objects of the cluster"));
  context.log().info("serving", {{"address", options.bind_address},
                                 {"port", server->port()},
                                 {"revision", cache->revision()}});
  progress.flows = true;
  is_ready = true;
  bookmarks = context.loop().every(kBookmarkPeriod, [this] { cache->bookmark(); });
  defaults_kept = context.loop().every(kDefaultsPeriod, [this] { keep_defaults(); });
  if (fairness) seats_moved = context.loop().every(kLendingPeriod, [this] { fairness->adjust(); });
  expiry->start();
  definitions->start();
  local_services->start();
  availability->start();
  address_repair->start();
  progress.controllers = true;
  ready();
}

ApiServer::ApiServer(Context& context, UniqueFunction<void()> ready)
    : parts_(std::make_unique<Parts>(context, std::move(ready))) {}

ApiServer::~ApiServer() {
  if (parts_->fairness) parts_->fairness->close();
  // Its threads use everything else.
  if (parts_->server) parts_->server->stop(std::chrono::milliseconds(0));
  // What waits for its answer ends while everything is still there.
  parts_->authorizers.set_remote(nullptr);
}

Status ApiServer::start() {
  auto& parts = *parts_;
  KUBUS_TRY(parts.configure());
  parts.sync->start();
  parts.context.pool().post([&parts] {
    auto status = parts.listen();
    if (parts.drained) return;
    if (!status.ok()) return parts.context.fail(std::move(status));
    parts.context.loop().post([&parts] {
      parts.listening = true;
      if (!parts.drained)
        parts.certificates->start([&parts](const Certificates& renewed) { parts.use(renewed); });
      parts.begin_objects();
    });
  });
  return {};
}

void ApiServer::drain() {
  auto& parts = *parts_;
  parts.is_ready = false;
  parts.bookmarks.reset();
  parts.defaults_kept.reset();
  parts.seats_moved.reset();
  // There are none where the configuration was refused.
  if (parts.definitions) parts.definitions->stop();
  if (parts.local_services) parts.local_services->stop();
  if (parts.availability) parts.availability->stop();
  if (parts.certificates) parts.certificates->stop();
  if (parts.default_range) parts.default_range->stop();
  if (parts.address_repair) parts.address_repair->stop();
  if (parts.cache) parts.cache->end_watches({});
  // Requests that are under way finish on the loop, so it is not blocked here.
  parts.drained = true;
  parts.context.pool().post([&parts] {
    { std::lock_guard lock(parts.starting); }  // a server that is being started is seen
    if (parts.server) parts.server->stop(parts.options.drain_grace);
    if (parts.fairness) parts.fairness->close();
  });
}

}  // namespace kubus::apiserver
