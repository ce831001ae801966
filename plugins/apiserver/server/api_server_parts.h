// Everything an API server consists of, and the steps in which it is put together. Its members are
// defined by what they are about: make_registry.cpp, make_frontend.cpp, first_objects.cpp.
//
// Thread safety: each step as it says; the parts as their own headers do.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "aggregation/aggregator.h"
#include "aggregation/availability.h"
#include "aggregation/local_services.h"
#include "auth/plugin_permissions.h"
#include "cache/storage_sync.h"
#include "custom/definition_controller.h"
#include "fairness/feed.h"
#include "health/checks.h"
#include "kubus/http/server.h"
#include "node/node_authorizer.h"
#include "policy/status_keeper.h"
#include "quota/quota_ledger.h"
#include "rbac/feed.h"
#include "registry/arrivals.h"
#include "server/api_server.h"
#include "server/authorizer_keeper.h"
#include "server/bus_api.h"
#include "server/certificate_keeper.h"
#include "server/event_expiry.h"
#include "server/http_api.h"
#include "server/issuer_keeper.h"
#include "server/options.h"
#include "services/address_repair.h"
#include "services/allocator_feed.h"
#include "services/default_range.h"
#include "token/legacy_use.h"
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
  std::atomic<http::Server*> serving{nullptr};  // once it has started
  rbac::Index rbac_index;
  ValueCodec codec;
  std::optional<ClusterCache> cache;
  std::optional<Converter> converter;
  std::optional<rbac::Feed> rbac_feed;
  std::optional<node::Graph> node_graph;
  std::optional<Arrivals> arrivals;
  std::shared_ptr<ServiceAllocator> services;
  std::optional<AllocatorFeed> services_feed;
  TokenService tokens;
  std::optional<QuotaLedger> ledger;
  std::optional<webhooks::Webhooks> webhooks;
  std::optional<fairness::Fairness> fairness;
  std::optional<Workers> workers;
  std::optional<Registry> registry;
  std::optional<fairness::Feed> fairness_feed;
  std::optional<DefaultRange> default_range;
  std::optional<AddressRepair> address_repair;
  std::optional<KindCatalog> kinds;
  std::optional<DefinitionController> definitions;
  std::optional<policy::StatusKeeper> policy_status;
  std::shared_ptr<LegacyUse> legacy_use;
  std::optional<aggregation::LocalServices> local_services;
  std::optional<aggregation::RemoteServices> remote_services;
  std::optional<aggregation::Describer> describer;
  std::optional<aggregation::Aggregator> aggregator;
  std::optional<aggregation::AvailabilityController> availability;
  std::optional<Api> api;
  std::shared_ptr<PluginPermissions> permissions;
  Authorizers authorizers;
  std::optional<AuthorizerKeeper> authorizer_keeper;
  std::optional<IssuerKeeper> issuer_keeper;
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
  void run_on_server(Task rest);
  void make_fairness();
  void keep_defaults();
  void make_frontend(const Certificates& made);
  void use(const Certificates& renewed);
  Status listen();
  void begin_objects();
  void make_objects();
  void finish_start(const Status& status);
};

}  // namespace kubus::apiserver
