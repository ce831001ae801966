#include <k8s/core/v1/endpoints.pb.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

#include <set>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kShown = 3;

constexpr Column kServiceColumns[] = {
    kNameColumn,
    {"Type", "string", "How the service is reached"},
    {"Cluster-IP", "string", "Address within the cluster"},
    {"External-IP", "string", "Addresses outside of it"},
    {"Port(s)", "string", "Ports, each with its node port where it has one"},
    kAgeColumn,
    {"Selector", "string", "Labels of the pods behind the service", "", 1},
};

std::vector<std::string> balancer_addresses(const core_v1::Service& service) {
  std::set<std::string> sorted;
  for (const auto& ingress : service.status().loadbalancer().ingress()) {
    const std::string& text = ingress.ip().empty() ? ingress.hostname() : ingress.ip();
    if (!text.empty()) sorted.insert(text);
  }
  return {sorted.begin(), sorted.end()};
}

std::string external_addresses(const core_v1::Service& service) {
  const std::string& type = service.spec().type();
  if (type == "ExternalName") return service.spec().externalname();
  const bool balanced = type == "LoadBalancer";
  if (!balanced && type != "ClusterIP" && type != "NodePort") return "<unknown>";
  std::vector<std::string> all =
      balanced ? balancer_addresses(service) : std::vector<std::string>();
  const auto& fixed = service.spec().externalips();
  all.insert(all.end(), fixed.begin(), fixed.end());
  if (!all.empty()) return join(all, ",");
  return balanced ? "<pending>" : "<none>";
}

std::string service_ports(const core_v1::Service& service) {
  return join_members(service.spec().ports(), [](const core_v1::ServicePort& port) {
    std::string out = std::to_string(port.port());
    if (port.nodeport() > 0) out += ":" + std::to_string(port.nodeport());
    return out + "/" + port.protocol();
  });
}

void print_service(const core_v1::Service& service, Cells& cells) {
  const auto& spec = service.spec();
  cells.text(service.metadata().name());
  cells.text(spec.type());
  cells.text(spec.clusterips_size() > 0 ? spec.clusterips(0) : "<none>");
  cells.text(external_addresses(service));
  cells.text_or(service_ports(service), "<none>");
  cells.age(service.metadata().creationtimestamp());
  cells.text(labels_text(spec.selector()));
}

constexpr Column kEndpointsColumns[] = {
    kNameColumn,
    {"Endpoints", "string", "Addresses and ports behind the service"},
    kAgeColumn,
};

std::string with_port(const std::string& ip, int port) {
  const bool v6 = ip.find(':') != std::string::npos;
  return (v6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port);
}

std::string endpoints_text(const core_v1::Endpoints& endpoints) {
  if (endpoints.subsets().empty()) return "<none>";
  std::vector<std::string> all;
  for (const auto& subset : endpoints.subsets()) {
    for (const auto& port : subset.ports()) {
      for (const auto& address : subset.addresses()) {
        all.push_back(with_port(address.ip(), port.port()));
      }
    }
    if (!subset.ports().empty()) continue;
    for (const auto& address : subset.addresses()) all.push_back(address.ip());
  }
  return all.empty() ? std::string() : join_some(all, kShown);
}

void print_endpoints(const core_v1::Endpoints& endpoints, Cells& cells) {
  cells.text(endpoints.metadata().name());
  cells.text(endpoints_text(endpoints));
  cells.age(endpoints.metadata().creationtimestamp());
}

constexpr Column kSliceColumns[] = {
    kNameColumn,
    {"AddressType", "string", "What kind of addresses the slice holds"},
    {"Ports", "string", "Ports of the endpoints"},
    {"Endpoints", "string", "Addresses of the endpoints"},
    kAgeColumn,
};

void print_slice(const discovery_v1::EndpointSlice& slice, Cells& cells) {
  std::vector<std::string> ports;
  for (const auto& port : slice.ports()) {
    ports.push_back(port.has_port()   ? std::to_string(port.port())
                    : port.has_name() ? port.name()
                                      : "*");
  }
  std::vector<std::string> addresses;
  for (const auto& endpoint : slice.endpoints()) {
    addresses.insert(addresses.end(), endpoint.addresses().begin(), endpoint.addresses().end());
  }
  cells.text(slice.metadata().name());
  cells.text(slice.addresstype());
  cells.text(join_some(ports, kShown));
  cells.text(join_some(addresses, kShown));
  cells.age(slice.metadata().creationtimestamp());
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.core.v1.Service", kServiceColumns, print_as<core_v1::Service, print_service>},
    {"k8s.io.api.core.v1.Endpoints", kEndpointsColumns,
     print_as<core_v1::Endpoints, print_endpoints>},
    {"k8s.io.api.discovery.v1.EndpointSlice", kSliceColumns,
     print_as<discovery_v1::EndpointSlice, print_slice>},
};

}  // namespace

std::span<const Printer> service_printers() { return kPrinters; }

}  // namespace kubus::apiserver
