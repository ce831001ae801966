#include <k8s/networking/v1/ingress.pb.h>
#include <k8s/networking/v1/ingress_class.pb.h>
#include <k8s/networking/v1/ip_address.pb.h>
#include <k8s/networking/v1/network_policy.pb.h>
#include <k8s/networking/v1/service_cidr.pb.h>

#include <set>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kIngressColumns[] = {
    kNameColumn,
    {"Class", "string", "Class whose controller serves the ingress"},
    {"Hosts", "string", "Host names that the rules match"},
    {"Address", "string", "Addresses at which it is reached"},
    {"Ports", "string", "Ports at which it is reached"},
    kAgeColumn,
};

std::string hosts_text(const networking_v1::Ingress& ingress) {
  std::vector<std::string> hosts;
  const auto& rules = ingress.spec().rules();
  int read = 0;
  for (; read < rules.size() && hosts.size() < 3; ++read) {
    if (!rules[read].host().empty()) hosts.push_back(rules[read].host());
  }
  if (hosts.empty()) return "*";
  const std::string out = join(hosts, ",");
  if (read == rules.size()) return out;
  return out + " + " + std::to_string(rules.size() - 3) + " more...";
}

void print_ingress(const networking_v1::Ingress& ingress, Cells& cells) {
  std::set<std::string> addresses;
  for (const auto& item : ingress.status().loadbalancer().ingress()) {
    const std::string& text = item.ip().empty() ? item.hostname() : item.ip();
    if (!text.empty()) addresses.insert(text);
  }
  const auto& spec = ingress.spec();
  cells.text(ingress.metadata().name());
  cells.text(spec.has_ingressclassname() ? spec.ingressclassname() : "<none>");
  cells.text(hosts_text(ingress));
  cells.text(join(std::vector<std::string>(addresses.begin(), addresses.end()), ","));
  cells.text(spec.tls().empty() ? "80" : "80, 443");
  cells.age(ingress.metadata().creationtimestamp());
}

constexpr Column kClassColumns[] = {
    kNameColumn,
    {"Controller", "string", "Controller that serves ingresses of the class"},
    {"Parameters", "string", "Object that configures the controller"},
    kAgeColumn,
};

void print_class(const networking_v1::IngressClass& object, Cells& cells) {
  std::string parameters = "<none>";
  if (object.spec().has_parameters()) {
    const auto& reference = object.spec().parameters();
    parameters = reference.kind();
    if (reference.has_apigroup()) parameters += "." + reference.apigroup();
    parameters += "/" + reference.name();
  }
  cells.text(object.metadata().name());
  cells.text(object.spec().controller());
  cells.text(parameters);
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kPolicyColumns[] = {
    kNameColumn,
    {"Pod-Selector", "string", "Labels of the pods that the policy is about"},
    kAgeColumn,
};

void print_policy(const networking_v1::NetworkPolicy& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(selector_text(object.spec().podselector()));
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kCidrColumns[] = {
    kNameColumn,
    {"CIDRs", "string", "Ranges from which services get addresses"},
    kAgeColumn,
};

void print_cidr(const networking_v1::ServiceCIDR& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(join(object.spec().cidrs(), ","));
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kAddressColumns[] = {
    kNameColumn,
    {"ParentRef", "string", "Object that has the address"},
};

void print_address(const networking_v1::IPAddress& object, Cells& cells) {
  std::string parent = "<none>";
  if (object.spec().has_parentref()) {
    const auto& reference = object.spec().parentref();
    parent = lower(reference.resource());
    if (!reference.group().empty()) parent += "." + lower(reference.group());
    if (!reference.namespace_().empty()) parent += "/" + reference.namespace_();
    parent += "/" + reference.name();
  }
  cells.text(object.metadata().name());
  cells.text(parent);
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.networking.v1.Ingress", kIngressColumns,
     print_as<networking_v1::Ingress, print_ingress>},
    {"k8s.io.api.networking.v1.IngressClass", kClassColumns,
     print_as<networking_v1::IngressClass, print_class>},
    {"k8s.io.api.networking.v1.NetworkPolicy", kPolicyColumns,
     print_as<networking_v1::NetworkPolicy, print_policy>},
    {"k8s.io.api.networking.v1.ServiceCIDR", kCidrColumns,
     print_as<networking_v1::ServiceCIDR, print_cidr>},
    {"k8s.io.api.networking.v1.IPAddress", kAddressColumns,
     print_as<networking_v1::IPAddress, print_address>},
};

}  // namespace

std::span<const Printer> network_printers() { return kPrinters; }

}  // namespace kubus::apiserver
