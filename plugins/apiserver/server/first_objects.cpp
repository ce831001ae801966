#include "server/api_server_parts.h"

#include "fairness/keeper.h"
#include "rbac/policy_keeper.h"
#include "server/bootstrap.h"

namespace kubus::apiserver {
namespace {

constexpr std::chrono::minutes kBookmarkPeriod{1};
// By which the reference lends seats and puts its flow schemas right.
constexpr std::chrono::seconds kLendingPeriod{10};
constexpr std::chrono::minutes kDefaultsPeriod{1};

}  // namespace

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

void ApiServer::Parts::keep_defaults() {
  std::make_shared<fairness::Keeper>(*registry)->run([this](const Status& status) {
    if (!status.ok() && !drained)
      context.log().warn("default flow schemas", {{"error", status.message()}});
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
  policy_status->start();
  progress.controllers = true;
  ready();
}

}  // namespace kubus::apiserver
