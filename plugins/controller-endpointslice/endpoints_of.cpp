#include "endpoints_of.h"

#include <algorithm>
#include <map>

#include "kubus/object.h"
#include "kubus/service_pods.h"
#include "kubus/workload.h"

namespace kubus::endpointslice {
namespace {

bool is_ipv4(const std::string& address) {
  return !address.empty() && address.find(':') == std::string::npos;
}

std::vector<std::string> addresses_of(const core_v1::Pod& pod) {
  std::vector<std::string> addresses;
  for (const auto& ip : pod.status().podips())
    if (is_ipv4(ip.ip())) addresses.push_back(ip.ip());
  if (pod.status().podips_size() == 0 && is_ipv4(pod.status().podip()))
    addresses.push_back(pod.status().podip());
  return addresses;
}

std::vector<discovery_v1::EndpointPort> ports_of(const core_v1::Service& service,
                                                 const core_v1::Pod& pod) {
  std::vector<discovery_v1::EndpointPort> ports;
  for (const auto& port : service.spec().ports()) {
    const auto number = target_port(pod, port);
    if (!number) continue;
    auto& out = ports.emplace_back();
    out.set_name(port.name());
    out.set_protocol(protocol_of(port));
    out.set_port(*number);
    if (port.has_appprotocol()) out.set_appprotocol(port.appprotocol());
  }
  return ports;
}

discovery_v1::Endpoint endpoint_of(const core_v1::Service& service, const core_v1::Pod& pod,
                                   const std::vector<std::string>& addresses) {
  discovery_v1::Endpoint endpoint;
  for (const auto& address : addresses) endpoint.add_addresses(address);
  const bool serving = is_pod_ready(pod);
  const bool terminating = is_deleting(pod);
  auto& conditions = *endpoint.mutable_conditions();
  conditions.set_ready(service.spec().publishnotreadyaddresses() || (serving && !terminating));
  conditions.set_serving(serving);
  conditions.set_terminating(terminating);
  auto& target = *endpoint.mutable_targetref();
  target.set_kind("Pod");
  target.set_namespace_(pod.metadata().namespace_());
  target.set_name(pod.metadata().name());
  target.set_uid(pod.metadata().uid());
  if (!pod.spec().nodename().empty()) endpoint.set_nodename(pod.spec().nodename());
  if (!pod.spec().hostname().empty() && pod.spec().subdomain() == service.metadata().name())
    endpoint.set_hostname(pod.spec().hostname());
  return endpoint;
}

std::map<std::string, std::string> plain(
    const google::protobuf::Map<std::string, std::string>& map) {
  return {map.begin(), map.end()};
}

}  // namespace

bool is_relevant_change(const core_v1::Pod& old, const core_v1::Pod& now) {
  return old.metadata().uid() != now.metadata().uid() ||
         plain(old.metadata().labels()) != plain(now.metadata().labels()) ||
         is_pod_finished(old) != is_pod_finished(now) || is_deleting(old) != is_deleting(now) ||
         is_pod_ready(old) != is_pod_ready(now) || addresses_of(old) != addresses_of(now) ||
         !same_content(old.spec(), now.spec());
}

std::string port_text(const discovery_v1::EndpointPort& port) {
  return port.name() + "|" + port.protocol() + "|" +
         (port.has_port() ? std::to_string(port.port()) : "") + "|" + port.appprotocol();
}

std::string joined_sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  std::string joined;
  for (const auto& text : texts) joined += text + "\n";
  return joined;
}

std::vector<PortGroup> wanted_groups(const core_v1::Service& service,
                                     const std::vector<PodPtr>& pods) {
  const auto& families = service.spec().ipfamilies();
  if (!families.empty() && std::find(families.begin(), families.end(), "IPv4") == families.end())
    return {};
  std::map<std::string, PortGroup> groups;
  for (const auto& pod : pods) {
    if (!selects(service, *pod) || is_pod_finished(*pod)) continue;
    const auto addresses = addresses_of(*pod);
    if (addresses.empty()) continue;
    auto ports = ports_of(service, *pod);
    auto& group = groups[ports_key(ports)];
    group.ports = std::move(ports);
    group.endpoints.push_back(endpoint_of(service, *pod, addresses));
  }
  std::vector<PortGroup> out;
  for (auto& [key, group] : groups) out.push_back(std::move(group));
  return out;
}

}  // namespace kubus::endpointslice
