#include "server/api_server.h"

#include "auth/deferred.h"
#include "server/api_server_parts.h"

namespace kubus::apiserver {

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
    if (allowed(authorizers, call.identity, creation)) return Status();
    const auto reason = decide(authorizers, call.identity, creation).reason;
    auto refusal = errors::forbidden(call.identity.name, creation, reason);
    return require_any(authorizers, call, {std::move(creation)}, std::move(refusal));
  });
  registry->settle_deferred([this](CallPtr call, UniqueFunction<void(Status)> then) {
    apiserver::settle_deferred(authorizers, std::move(call), std::move(then));
  });
  bus_api.emplace(*registry, *api, authorizers, *permissions);
  if (audit) bus_api->record_with(*audit);
  if (fairness) bus_api->share_by(*fairness);
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

ApiServer::ApiServer(Context& context, UniqueFunction<void()> ready)
    : parts_(std::make_unique<Parts>(context, std::move(ready))) {}

ApiServer::~ApiServer() {
  if (parts_->fairness) parts_->fairness->close();
  // Its threads use everything else.
  if (parts_->server) parts_->server->stop(std::chrono::milliseconds(0));
  // What waits for its answer ends while everything is still there.
  if (parts_->workers) parts_->workers->stop();
  parts_->authorizers.close();
  parts_->tokens.close();
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
      if (!parts.drained) {
        parts.certificates->start([&parts](const Certificates& renewed) { parts.use(renewed); });
        parts.authorizer_keeper->start();
        parts.issuer_keeper->start();
      }
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
  if (parts.policy_status) parts.policy_status->stop();
  if (parts.describer) parts.describer->stop();
  if (parts.legacy_use) parts.legacy_use->stop();
  if (parts.certificates) parts.certificates->stop();
  if (parts.authorizer_keeper) parts.authorizer_keeper->stop();
  if (parts.issuer_keeper) parts.issuer_keeper->stop();
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
