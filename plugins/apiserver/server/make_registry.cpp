#include "server/api_server_parts.h"

#include <algorithm>

#include "admission/plugins.h"
#include "components/component_statuses.h"
#include "config/admission_configuration.h"
#include "health/version.h"
#include "rbac/escalation.h"
#include "services/address_object.h"
#include "subresource/subresources.h"
#include "token/token_request.h"
#include "token/token_review.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

// What is stored in another version of its group is served in this one only if it can be converted.
std::vector<const ResourceInfo*> served_resources(ClusterCache& cache) {
  auto resources = stable_resources();
  std::erase_if(resources, [&](const ResourceInfo* resource) {
    return cache.find(resource->group, resource->plural) && !cache.find(*resource) &&
           !version_of(*resource);
  });
  return resources;
}

Result<podsecurity::Configuration> pod_security_of(const std::string& file) {
  if (file.empty()) return podsecurity::Configuration();
  const auto plugins = config::read_admission_configuration(file, {"PodSecurity"});
  if (!plugins.ok()) return plugins.status();
  const auto found = plugins->find("PodSecurity");
  if (found == plugins->end()) return podsecurity::Configuration();
  auto read = podsecurity::read_configuration(found->second);
  if (!read.ok()) return read.status().annotate(file + ": PodSecurity");
  return read;
}

}  // namespace

void ApiServer::Parts::make_registry() {
  cache.emplace(options.watch_history);
  rbac_feed.emplace(*cache, rbac_index);
  node_graph.emplace(*cache);
  arrivals.emplace(*cache);
  registry.emplace(context, *cache, codec, standard_engines());
  registry->set_workers(&workers.emplace(options.http_threads));
  make_services();
  kinds.emplace(*cache, converter.emplace(context, *cache), served_resources(*cache),
                options.advertise_address + ":" + std::to_string(options.port),
                std::string(kGitVersion));
  definitions.emplace(*registry, *kinds);
  policy_status.emplace(*registry, *kinds);
  legacy_use = std::make_shared<LegacyUse>(*registry, std::chrono::system_clock::now);
  tokens.watch_legacy([this](const ObjectPtr& secret) { legacy_use->note(secret); });
  local_services.emplace(*registry, *kinds);
  cache->on_settle([this] {
    kinds->settle();
    if (is_ready) availability->wake();
    default_range->wake();
    address_repair->wake();
    policy_status->wake();
  });
  kinds->on_change([this] {
    definitions->wake();
    local_services->wake();
    if (is_ready) describer->wake();
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
  auto pod_security = pod_security_of(options.admission_config);
  if (!pod_security.ok()) return pod_security.status().annotate("admission_control_config_file");
  auto made = apiserver::make_admissions({*cache, authorizers, options.event_limits, &*arrivals,
                                          &*kinds, std::move(*pod_security)},
                                         options.enabled_admission, off);
  if (!made.ok()) return made.status();
  registry->admissions() = std::move(*made);
  registry->admissions().push_back(rbac::make_escalation_check(authorizers, rbac_index));
  const auto is_on = [&](std::string_view name) {
    return std::find(off.begin(), off.end(), name) == off.end();
  };
  const webhooks::Kinds asked{is_on("MutatingAdmissionWebhook"),
                              is_on("ValidatingAdmissionWebhook")};
  registry->set_remote_admission(
      &webhooks.emplace(context, *cache, *kinds, authorizers, asked));
  if (is_on("ResourceQuota")) registry->set_ledger(&ledger.emplace(*cache));
  return {};
}

void ApiServer::Parts::make_subresources() {
  add_scale(*api, *registry);
  add_binding(*api, *registry);
  add_eviction(*api, *registry);
  add_finalize(*api, *registry, *arrivals);
  add_reviews(*api, *registry);
  add_access_reviews(*api, *registry, authorizers);
  add_token_request(*api, *registry, tokens);
  add_token_review(*api, *registry, tokens);
  components::add_component_statuses(*api, context);
}

}  // namespace kubus::apiserver
