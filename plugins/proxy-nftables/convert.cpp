#include "convert.h"

#include <arpa/inet.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

namespace kubus::proxy_nftables {
namespace {

namespace core = k8s::io::api::core::v1;
namespace discovery = k8s::io::api::discovery::v1;

// Empty for a protocol that is not proxied.
std::string protocol_of(const std::string& name) {
  if (name.empty() || name == "TCP") return "tcp";
  if (name == "UDP") return "udp";
  if (name == "SCTP") return "sctp";
  return {};
}

std::uint16_t port_of(int number) {
  return number > 0 && number <= 65535 ? static_cast<std::uint16_t>(number) : 0;
}

void add_address(std::vector<std::string>& list, const std::string& text) {
  if (std::string address = canonical_address(text); !address.empty())
    list.push_back(std::move(address));
}

void add_range(std::vector<std::string>& list, const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  const auto last = text.find_last_not_of(' ');
  if (first == std::string::npos) return;
  const std::string trimmed = text.substr(first, last - first + 1);
  const auto slash = trimmed.find('/');
  const std::string base = canonical_address(trimmed.substr(0, slash));
  const std::string length = slash == std::string::npos ? "" : trimmed.substr(slash);
  if (!base.empty() && length.find_first_not_of("/0123456789") == std::string::npos)
    list.push_back(base + length);
}

void add_load_balancer(Service& out, const core::Service& object) {
  for (const auto& ingress : object.status().loadbalancer().ingress())
    if (ingress.ipmode() != "Proxy") add_address(out.load_balancer_ips, ingress.ip());
  for (const auto& range : object.spec().loadbalancersourceranges())
    add_range(out.source_ranges, range);
}

}  // namespace

std::string canonical_address(const std::string& text) {
  unsigned char raw[16];
  char out[INET6_ADDRSTRLEN];
  const int family = family_of(text) == Family::kIpv4 ? AF_INET : AF_INET6;
  if (inet_pton(family, text.c_str(), raw) != 1) return {};
  return inet_ntop(family, raw, out, sizeof out);
}

std::optional<Service> to_service(const core::Service& object) {
  const auto& spec = object.spec();
  if (spec.type() == "ExternalName" || spec.clusterip().empty() || spec.clusterip() == "None" ||
      object.metadata().labels().contains("service.kubernetes.io/service-proxy-name"))
    return std::nullopt;
  Service out;
  out.key = object.metadata().namespace_() + "/" + object.metadata().name();
  for (const auto& address : spec.clusterips()) add_address(out.cluster_ips, address);
  if (out.cluster_ips.empty()) add_address(out.cluster_ips, spec.clusterip());
  for (const auto& address : spec.externalips()) add_address(out.external_ips, address);
  if (spec.type() == "LoadBalancer") add_load_balancer(out, object);
  out.client_affinity = spec.sessionaffinity() == "ClientIP";
  const auto& affinity = spec.sessionaffinityconfig().clientip();
  if (affinity.timeoutseconds() > 0) out.affinity_seconds = affinity.timeoutseconds();
  out.internal_local = spec.internaltrafficpolicy() == "Local";
  out.external_local = spec.externaltrafficpolicy() == "Local";
  for (const auto& port : spec.ports()) {
    const std::string protocol = protocol_of(port.protocol());
    const std::uint16_t number = port_of(port.port());
    if (protocol.empty() || number == 0) continue;
    out.ports.push_back({port.name(), protocol, number, port_of(port.nodeport())});
  }
  return out;
}

std::optional<EndpointSlice> to_slice(const discovery::EndpointSlice& object,
                                      const std::string& node_name) {
  const auto& labels = object.metadata().labels();
  const auto service = labels.find("kubernetes.io/service-name");
  if (service == labels.end() || service->second.empty()) return std::nullopt;
  if (object.addresstype() != "IPv4" && object.addresstype() != "IPv6") return std::nullopt;
  EndpointSlice out;
  out.service = object.metadata().namespace_() + "/" + service->second;
  out.family = object.addresstype() == "IPv4" ? Family::kIpv4 : Family::kIpv6;
  for (const auto& port : object.ports()) {
    const std::string protocol = protocol_of(port.protocol());
    if (!protocol.empty() && port_of(port.port()) != 0)
      out.ports.push_back({port.name(), protocol, port_of(port.port())});
  }
  for (const auto& item : object.endpoints()) {
    if (item.addresses().empty()) continue;
    Endpoint endpoint;
    endpoint.address = canonical_address(item.addresses(0));
    if (endpoint.address.empty() || family_of(endpoint.address) != out.family) continue;
    const auto& conditions = item.conditions();
    endpoint.ready = !conditions.has_ready() || conditions.ready();
    endpoint.serving = conditions.has_serving() ? conditions.serving() : endpoint.ready;
    endpoint.terminating = conditions.terminating();
    endpoint.node_known = !item.nodename().empty();
    endpoint.on_this_node = endpoint.node_known && item.nodename() == node_name;
    out.endpoints.push_back(std::move(endpoint));
  }
  return out;
}

}  // namespace kubus::proxy_nftables
