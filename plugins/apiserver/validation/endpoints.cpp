#include <k8s/core/v1/endpoints.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using NameRule = Messages (*)(std::string_view);

void check_addresses(const google::protobuf::RepeatedPtrField<core_v1::EndpointAddress>& addresses,
                     const Path& path, ErrorList& errors) {
  for (int i = 0; i < addresses.size(); ++i) {
    const auto& address = addresses[i];
    const Path at = path.index(static_cast<std::size_t>(i));
    errors.invalid_each(at.child("ip"), address.ip(), check_ip(address.ip()));
    if (!address.hostname().empty()) {
      errors.invalid_each(at.child("hostname"), address.hostname(),
                          check_dns1123_label(address.hostname()));
    }
    if (address.has_nodename()) {
      errors.invalid_each(at.child("nodeName"), address.nodename(),
                          check_dns1123_subdomain(address.nodename()));
    }
    check_reachable_ip(address.ip(), at.child("ip"), errors);
  }
}

void check_endpoints(const core_v1::Endpoints& object, ErrorList& errors) {
  const Path path("subsets");
  for (int i = 0; i < object.subsets_size(); ++i) {
    const auto& subset = object.subsets(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    if (subset.addresses().empty() && subset.notreadyaddresses().empty()) {
      errors.required(at, "must specify `addresses` or `notReadyAddresses`");
    }
    check_addresses(subset.addresses(), at.child("addresses"), errors);
    check_addresses(subset.notreadyaddresses(), at.child("notReadyAddresses"), errors);
    for (int j = 0; j < subset.ports_size(); ++j) {
      const auto& port = subset.ports(j);
      const Path port_path = at.child("ports").index(static_cast<std::size_t>(j));
      if (port.name().empty()) {
        if (subset.ports_size() > 1) errors.required(port_path.child("name"));
      } else {
        errors.invalid_each(port_path.child("name"), port.name(), check_dns1123_label(port.name()));
      }
      errors.invalid_each(port_path.child("port"), port.port(), check_port_number(port.port()));
      check_one_of(port.protocol(), {"SCTP", "TCP", "UDP"}, port_path.child("protocol"), errors);
      if (port.has_appprotocol()) {
        errors.invalid_each(port_path.child("appProtocol"), port.appprotocol(),
                            check_qualified_name(port.appprotocol()));
      }
    }
  }
}

// The first that is wrong is told of alone.
void check_full_domain(std::string_view name, const Path& path, ErrorList& errors) {
  if (name.empty()) return errors.required(path);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (const Messages wrong = check_dns1123_subdomain(name); !wrong.empty())
    return errors.invalid(path, name, join_messages(wrong));
  if (name.find('.') == std::string_view::npos) {
    return errors.invalid(path, name,
                          "should be a domain with at least two segments separated by dots");
  }
  for (std::size_t dot = 0; dot != std::string_view::npos;) {
    dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (const Messages wrong = check_dns1123_label(label); !wrong.empty())
      return errors.invalid(path, label, join_messages(wrong));
    if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
  }
}

// For whom an endpoint is meant.
template <class Names>
void check_hints(const Names& names, NameRule rule, const Path& path, ErrorList& errors) {
  constexpr std::size_t kMostHints = 8;
  const auto count = static_cast<std::size_t>(names.size());
  if (count > kMostHints) return errors.too_many(path, count, kMostHints);
  std::set<std::string> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string& name = names[i].name();
    const Path at = path.index(i).child("name");
    if (!seen.insert(name).second) errors.duplicate(at, name);
    errors.invalid_each(at, name, rule(name));
  }
}

void check_slice_address(const std::string& address, const std::string& type, const Path& path,
                         ErrorList& errors) {
  if (type == "FQDN") return check_full_domain(address, path, errors);
  const Messages messages = check_ip(address);
  errors.invalid_each(path, address, messages);
  if (!messages.empty()) return;
  const bool six = address.find(':') != std::string::npos;
  if (type == "IPv4" && six) errors.invalid(path, address, "must be an IPv4 address");
  if (type == "IPv6" && !six) errors.invalid(path, address, "must be an IPv6 address");
  check_reachable_ip(address, path, errors);
}

void check_slice_endpoints(const discovery_v1::EndpointSlice& slice, ErrorList& errors) {
  constexpr int kMaxEndpoints = 1000;
  constexpr int kMaxAddresses = 100;
  const Path path("endpoints");
  if (slice.endpoints_size() > kMaxEndpoints) {
    errors.too_many(path, static_cast<std::size_t>(slice.endpoints_size()), kMaxEndpoints);
    return;
  }
  for (int i = 0; i < slice.endpoints_size(); ++i) {
    const auto& endpoint = slice.endpoints(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    const Path addresses = at.child("addresses");
    if (endpoint.addresses().empty()) {
      errors.required(addresses, "must contain at least 1 address");
    } else if (endpoint.addresses_size() > kMaxAddresses) {
      errors.too_many(addresses, static_cast<std::size_t>(endpoint.addresses_size()),
                      kMaxAddresses);
    }
    for (int j = 0; j < endpoint.addresses_size(); ++j) {
      check_slice_address(endpoint.addresses(j), slice.addresstype(),
                          addresses.index(static_cast<std::size_t>(j)), errors);
    }
    if (endpoint.has_nodename()) {
      errors.invalid_each(at.child("nodeName"), endpoint.nodename(),
                          check_dns1123_subdomain(endpoint.nodename()));
    }
    if (endpoint.has_hostname()) {
      errors.invalid_each(at.child("hostname"), endpoint.hostname(),
                          check_dns1123_label(endpoint.hostname()));
    }
    const Path hints = at.child("hints");
    check_hints(endpoint.hints().forzones(), check_label_value, hints.child("forZones"), errors);
    check_hints(endpoint.hints().fornodes(), check_dns1123_subdomain, hints.child("forNodes"),
                errors);
  }
}

void check_slice(const discovery_v1::EndpointSlice& slice, ErrorList& errors) {
  constexpr int kMaxPorts = 20000;
  check_one_of(slice.addresstype(), {"FQDN", "IPv4", "IPv6"}, Path("addressType"), errors);
  check_slice_endpoints(slice, errors);
  const Path path("ports");
  if (slice.ports_size() > kMaxPorts) {
    errors.too_many(path, static_cast<std::size_t>(slice.ports_size()), kMaxPorts);
    return;
  }
  std::set<std::string> names;
  for (int i = 0; i < slice.ports_size(); ++i) {
    const auto& port = slice.ports(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    if (!port.name().empty()) {
      errors.invalid_each(at.child("name"), port.name(), check_dns1123_label(port.name()));
    }
    if (!names.insert(port.name()).second) errors.duplicate(at.child("name"), port.name());
    check_one_of(port.protocol(), {"SCTP", "TCP", "UDP"}, at.child("protocol"), errors);
    if (port.has_appprotocol()) {
      errors.invalid_each(at.child("appProtocol"), port.appprotocol(),
                          check_qualified_name(port.appprotocol()));
    }
  }
}

void check_slice_update(const discovery_v1::EndpointSlice& slice,
                        const discovery_v1::EndpointSlice& old, ErrorList& errors) {
  check_immutable(slice.addresstype(), old.addresstype(), Path("addressType"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.Endpoints", check_as<core_v1::Endpoints, check_endpoints>},
    {"k8s.io.api.discovery.v1.EndpointSlice", check_as<discovery_v1::EndpointSlice, check_slice>,
     compare_as<discovery_v1::EndpointSlice, check_slice_update>},
};

}  // namespace

std::span<const Validator> endpoint_validators() { return kValidators; }

}  // namespace kubus::apiserver
