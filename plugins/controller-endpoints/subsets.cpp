#include "subsets.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "kubus/object.h"
#include "kubus/service_pods.h"
#include "kubus/workload.h"

namespace kubus::endpoints {
namespace {

using Addresses = google::protobuf::RepeatedPtrField<core_v1::EndpointAddress>;

std::string ipv4_of(const core_v1::Pod& pod) {
  for (const auto& ip : pod.status().podips())
    if (ip.ip().find(':') == std::string::npos) return ip.ip();
  const auto& ip = pod.status().podip();
  return ip.find(':') == std::string::npos ? ip : "";
}

using Ports = std::map<std::string, core_v1::EndpointPort>;  // by all that makes them differ

Ports ports_of(const core_v1::Service& service, const core_v1::Pod& pod) {
  Ports ports;
  for (const auto& port : service.spec().ports()) {
    const std::string protocol = protocol_of(port);
    const auto number = target_port(pod, port);
    if (!number) continue;
    core_v1::EndpointPort out;
    if (!port.name().empty()) out.set_name(port.name());
    out.set_port(*number);
    out.set_protocol(protocol);
    if (port.has_appprotocol()) out.set_appprotocol(port.appprotocol());
    ports.emplace(
        port.name() + "|" + std::to_string(*number) + "|" + protocol + "|" + port.appprotocol(),
        std::move(out));
  }
  return ports;
}

core_v1::EndpointAddress address_of(const core_v1::Service& service, const core_v1::Pod& pod,
                                    const std::string& ip) {
  core_v1::EndpointAddress address;
  address.set_ip(ip);
  if (!pod.spec().nodename().empty()) address.set_nodename(pod.spec().nodename());
  if (!pod.spec().hostname().empty() && pod.spec().subdomain() == service.metadata().name())
    address.set_hostname(pod.spec().hostname());
  auto& target = *address.mutable_targetref();
  target.set_kind("Pod");
  target.set_namespace_(pod.metadata().namespace_());
  target.set_name(pod.metadata().name());
  target.set_uid(pod.metadata().uid());
  return address;
}

void sort_addresses(Addresses& addresses) {
  std::sort(addresses.begin(), addresses.end(), [](const auto& a, const auto& b) {
    return std::pair(a.ip(), a.targetref().uid()) < std::pair(b.ip(), b.targetref().uid());
  });
}

// One subset per set of ports.
std::vector<core_v1::EndpointSubset> subsets_of(const core_v1::Service& service,
                                                const std::vector<PodPtr>& pods) {
  const bool all_ready = service.spec().publishnotreadyaddresses();
  const bool portless = service.spec().ports_size() == 0 && service.spec().clusterip() == "None";
  std::map<std::string, core_v1::EndpointSubset> by_ports;
  for (const auto& pod : pods) {
    if (!selects(service, *pod) || is_pod_finished(*pod)) continue;
    if (is_deleting(*pod) && !all_ready) continue;
    const std::string ip = ipv4_of(*pod);
    const Ports ports = ports_of(service, *pod);
    if (ip.empty() || (ports.empty() && !portless)) continue;
    std::string key;
    for (const auto& [text, port] : ports) key += text + "\n";
    auto& subset = by_ports[key];
    if (subset.ports_size() == 0)
      for (const auto& [text, port] : ports) *subset.add_ports() = port;
    const bool ready = all_ready || is_pod_ready(*pod);
    *(ready ? subset.add_addresses() : subset.add_notreadyaddresses()) =
        address_of(service, *pod, ip);
  }
  std::vector<core_v1::EndpointSubset> subsets;
  for (auto& [key, subset] : by_ports) {
    sort_addresses(*subset.mutable_addresses());
    sort_addresses(*subset.mutable_notreadyaddresses());
    subsets.push_back(std::move(subset));
  }
  return subsets;
}

void keep_first(Addresses& addresses, int count) {
  if (count < addresses.size()) addresses.DeleteSubrange(count, addresses.size() - count);
}

// True when something had to go. Each subset keeps its share, rounded up, of what may stay.
bool truncate(std::vector<core_v1::EndpointSubset>& subsets, int max) {
  int ready = 0, not_ready = 0;
  for (const auto& subset : subsets) {
    ready += subset.addresses_size();
    not_ready += subset.notreadyaddresses_size();
  }
  if (ready + not_ready <= max) return false;
  const bool cut_ready = ready > max;
  const std::int64_t room = cut_ready ? max : max - ready;
  const std::int64_t total = cut_ready ? ready : not_ready;
  std::int64_t left = room;
  for (auto& subset : subsets) {
    auto& cut = cut_ready ? *subset.mutable_addresses() : *subset.mutable_notreadyaddresses();
    const std::int64_t share = std::min(left, (cut.size() * room + total - 1) / total);
    keep_first(cut, static_cast<int>(share));
    left -= share;
    if (cut_ready) subset.clear_notreadyaddresses();
  }
  std::erase_if(subsets, [](const core_v1::EndpointSubset& subset) {
    return subset.addresses_size() + subset.notreadyaddresses_size() == 0;
  });
  return true;
}

void set_labels(const core_v1::Service& service, core_v1::Endpoints& endpoints) {
  auto& labels = *endpoints.mutable_metadata()->mutable_labels();
  labels = service.metadata().labels();
  labels.erase(kHeadless);
  const auto& ip = service.spec().clusterip();
  if (ip.empty() || ip == "None") labels[kHeadless] = "";
  labels[kManagedBy] = kManager;
}

}  // namespace

core_v1::Endpoints wanted_endpoints(const core_v1::Service& service,
                                    const std::vector<PodPtr>& pods,
                                    const core_v1::Endpoints& current, int max_addresses) {
  core_v1::Endpoints endpoints = current;
  endpoints.mutable_metadata()->set_name(service.metadata().name());
  endpoints.mutable_metadata()->set_namespace_(service.metadata().namespace_());
  set_labels(service, endpoints);
  auto subsets = subsets_of(service, pods);
  if (truncate(subsets, max_addresses)) {
    (*endpoints.mutable_metadata()->mutable_annotations())[kOverCapacity] = "truncated";
  } else {
    endpoints.mutable_metadata()->mutable_annotations()->erase(kOverCapacity);
  }
  endpoints.clear_subsets();
  for (auto& subset : subsets) *endpoints.add_subsets() = std::move(subset);
  return endpoints;
}

}  // namespace kubus::endpoints
