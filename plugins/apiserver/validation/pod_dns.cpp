#include "validation/pod_dns.h"

#include <k8s/core/v1/pod_spec.pb.h>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

constexpr int kMostServers = 3;
constexpr int kMostSearches = 32;
constexpr std::size_t kMostSearchCharacters = 2048;

void check_searches(const core_v1::PodDNSConfig& config, const Path& path, ErrorList& errors) {
  const auto& searches = config.searches();
  if (searches.size() > kMostSearches) {
    errors.invalid_json(path, list_json(searches), "must not have more than 32 search paths");
  }
  std::size_t characters = 0;
  for (const std::string& search : searches) characters += search.size() + 1;
  if (characters > kMostSearchCharacters + 1) {
    errors.invalid_json(path, list_json(searches),
                        "must not have more than 2048 characters (including spaces) in the search "
                        "list");
  }
  for (int i = 0; i < searches.size(); ++i) {
    std::string name = searches[i];
    if (name == ".") continue;
    if (name.ends_with('.')) name.pop_back();
    errors.invalid_each(path.index(i), name, check_dns1123_subdomain_with_underscore(name));
  }
}

}  // namespace

void check_dns_config(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto& config = spec.dnsconfig();
  const auto& servers = config.nameservers();
  if (spec.dnspolicy() == "None" && !spec.has_dnsconfig()) {
    return errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
  }
  if (spec.dnspolicy() == "None" && servers.empty()) {
    return errors.required(path.child("nameservers"),
                           "must provide at least one DNS nameserver when `dnsPolicy` is None");
  }
  if (!spec.has_dnsconfig()) return;
  if (servers.size() > kMostServers) {
    errors.invalid_json(path.child("nameservers"), list_json(servers),
                        "must not have more than 3 nameservers");
  }
  for (int i = 0; i < servers.size(); ++i) {
    errors.invalid_each(path.child("nameservers").index(i), servers[i], check_ip(servers[i]));
  }
  check_searches(config, path.child("searches"), errors);
  for (int i = 0; i < config.options_size(); ++i) {
    if (config.options(i).name().empty()) {
      errors.required(path.child("options").index(i), "must not be empty");
    }
  }
}

void check_host_aliases(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  for (int i = 0; i < spec.hostaliases_size(); ++i) {
    const auto& alias = spec.hostaliases(i);
    const Path at = path.index(i);
    errors.invalid_each(at.child("ip"), alias.ip(), check_ip(alias.ip()));
    for (int j = 0; j < alias.hostnames_size(); ++j) {
      errors.invalid_each(at.child("hostnames").index(j), alias.hostnames(j),
                          check_dns1123_subdomain(alias.hostnames(j)));
    }
  }
}

}  // namespace kubus::apiserver
