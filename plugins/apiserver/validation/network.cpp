#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/networking/v1/ingress.pb.h>
#include <k8s/networking/v1/network_policy.pb.h>
#include <k8s/networking/v1/service_cidr.pb.h>

#include "kubus/api/int_or_string.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

void check_backend(const networking_v1::IngressBackend& backend, const Path& path,
                   ErrorList& errors) {
  if (backend.has_service() && backend.has_resource()) {
    errors.invalid(path, "", "cannot set both resource and service backends");
    return;
  }
  if (backend.has_resource()) {
    if (backend.resource().kind().empty()) {
      errors.required(path.child("resource").child("kind"));
    }
    if (backend.resource().name().empty()) {
      errors.required(path.child("resource").child("name"));
    }
    return;
  }
  const Path service = path.child("service");
  if (!backend.has_service()) {
    errors.required(service);
    return;
  }
  if (backend.service().name().empty()) {
    errors.required(service.child("name"));
  } else {
    check_each(check_dns1035_label(backend.service().name()), backend.service().name(),
               service.child("name"), errors);
  }
  const auto& port = backend.service().port();
  if (!port.name().empty() && port.number() != 0) {
    errors.invalid_json(service, message_json(backend.service()),
                        "cannot set both port name & port number");
  } else if (!port.name().empty()) {
    check_each(check_port_name(port.name()), port.name(), service.child("port").child("name"),
               errors);
  } else if (port.number() != 0) {
    errors.invalid_each(service.child("port").child("number"), port.number(),
                        check_port_number(port.number()));
  } else {
    errors.required(service, "port name or number is required");
  }
}

void check_http_path(const networking_v1::HTTPIngressPath& item, const Path& path,
                     ErrorList& errors) {
  if (!item.has_pathtype()) {
    errors.required(path.child("pathType"), "pathType must be specified");
    return;
  }
  if (item.pathtype() == "Exact" || item.pathtype() == "Prefix") {
    if (item.path().empty() || item.path().front() != '/') {
      errors.invalid(path.child("path"), item.path(), "must be an absolute path");
    }
    for (std::string_view bad : {"//", "/./", "/../", "%2f", "%2F"}) {
      if (item.path().find(bad) != std::string::npos) {
        errors.invalid(path.child("path"), item.path(),
                       "must not contain '" + std::string(bad) + "'");
      }
    }
  } else if (item.pathtype() == "ImplementationSpecific") {
    if (!item.path().empty() && item.path().front() != '/') {
      errors.invalid(path.child("path"), item.path(), "must be an absolute path");
    }
  } else {
    errors.not_supported(path.child("pathType"), item.pathtype(),
                         {"Exact", "ImplementationSpecific", "Prefix"});
  }
  check_backend(item.backend(), path.child("backend"), errors);
}

void check_host(const std::string& host, const Path& path, ErrorList& errors) {
  if (host.empty()) return;
  if (check_ip(host).empty()) {
    errors.invalid(path, host, "must be a DNS name, not an IP address");
  } else if (host.find('*') != std::string::npos) {
    check_each(check_wildcard_subdomain(host), host, path, errors);
  } else {
    check_each(check_dns1123_subdomain(host), host, path, errors);
  }
}

void check_ingress(const networking_v1::Ingress& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.rules().empty() && !spec.has_defaultbackend()) {
    errors.invalid_json(path, message_json(spec),
                        "either `defaultBackend` or `rules` must be specified");
  }
  if (spec.has_defaultbackend()) {
    check_backend(spec.defaultbackend(), path.child("defaultBackend"), errors);
  }
  for (int i = 0; i < spec.rules_size(); ++i) {
    const auto& rule = spec.rules(i);
    const Path at = path.child("rules").index(static_cast<std::size_t>(i));
    check_host(rule.host(), at.child("host"), errors);
    if (!rule.ingressrulevalue().has_http()) continue;
    const auto& paths = rule.ingressrulevalue().http().paths();
    const Path list = at.child("http").child("paths");
    if (paths.empty()) errors.required(list);
    for (int j = 0; j < paths.size(); ++j) {
      check_http_path(paths[j], list.index(static_cast<std::size_t>(j)), errors);
    }
  }
  for (int i = 0; i < spec.tls_size(); ++i) {
    const Path hosts = path.child("tls").index(static_cast<std::size_t>(i)).child("hosts");
    for (int j = 0; j < spec.tls(i).hosts_size(); ++j) {
      check_host(spec.tls(i).hosts(j), hosts.index(static_cast<std::size_t>(j)), errors);
    }
  }
  if (spec.has_ingressclassname()) {
    check_each(check_dns1123_subdomain(spec.ingressclassname()), spec.ingressclassname(),
               path.child("ingressClassName"), errors);
  }
}

void check_peer(const networking_v1::NetworkPolicyPeer& peer, const Path& path, ErrorList& errors) {
  const bool selects = peer.has_podselector() || peer.has_namespaceselector();
  if (peer.has_podselector()) {
    check_selector(peer.podselector(), path.child("podSelector"), errors);
  }
  if (peer.has_namespaceselector()) {
    check_selector(peer.namespaceselector(), path.child("namespaceSelector"), errors);
  }
  if (peer.has_ipblock()) {
    const Path block = path.child("ipBlock");
    if (peer.ipblock().cidr().empty()) {
      errors.required(block.child("cidr"));
    } else {
      check_each(check_cidr(peer.ipblock().cidr()), peer.ipblock().cidr(), block.child("cidr"),
                 errors);
    }
    for (int i = 0; i < peer.ipblock().except_size(); ++i) {
      check_each(check_cidr(peer.ipblock().except(i)), peer.ipblock().except(i),
                 block.child("except").index(static_cast<std::size_t>(i)), errors);
    }
    if (selects) {
      errors.forbidden(path, "may not specify both ipBlock and another peer");
    }
  } else if (!selects) {
    errors.required(path, "must specify a peer");
  }
}

void check_policy_port(const networking_v1::NetworkPolicyPort& port, const Path& path,
                       ErrorList& errors) {
  check_one_of(port.protocol(), {"SCTP", "TCP", "UDP"}, path.child("protocol"), errors);
  if (port.has_port()) check_port(port.port(), path.child("port"), errors);
  if (!port.has_endport()) return;
  if (!port.has_port()) {
    errors.required(path.child("port"), "must be specified when `endPort` is specified");
  } else if (is_string(port.port())) {
    errors.invalid(path.child("endPort"), port.endport(),
                   "may not be specified when `port` is non-numeric");
  } else if (port.endport() < port.port().intval()) {
    errors.invalid(path.child("endPort"), port.endport(),
                   "must be greater than or equal to `port`");
  }
}

template <class Rules, class Peers>
void check_rules(const Rules& rules, std::string_view peer_name, Peers&& peers, const Path& path,
                 ErrorList& errors) {
  for (int i = 0; i < rules.size(); ++i) {
    const Path at = path.index(static_cast<std::size_t>(i));
    for (int j = 0; j < rules[i].ports_size(); ++j) {
      check_policy_port(rules[i].ports(j), at.child("ports").index(static_cast<std::size_t>(j)),
                        errors);
    }
    const auto& list = peers(rules[i]);
    for (int j = 0; j < list.size(); ++j) {
      check_peer(list[j], at.child(peer_name).index(static_cast<std::size_t>(j)), errors);
    }
  }
}

void check_network_policy(const networking_v1::NetworkPolicy& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_selector(spec.podselector(), path.child("podSelector"), errors);
  check_rules(
      spec.ingress(), "from", [](const auto& rule) -> const auto& { return rule.from(); },
      path.child("ingress"), errors);
  check_rules(
      spec.egress(), "to", [](const auto& rule) -> const auto& { return rule.to(); },
      path.child("egress"), errors);
  if (spec.policytypes_size() > 2) {
    errors.invalid_json(path.child("policyTypes"), std::to_string(spec.policytypes_size()),
                        "may not specify more than two policyTypes");
    return;
  }
  for (int i = 0; i < spec.policytypes_size(); ++i) {
    check_one_of(spec.policytypes(i), {"Egress", "Ingress"},
                 path.child("policyTypes").index(static_cast<std::size_t>(i)), errors);
  }
}

void check_service_cidr(const networking_v1::ServiceCIDR& object, ErrorList& errors) {
  const Path path = Path("spec").child("cidrs");
  if (object.spec().cidrs().empty()) errors.required(path, "at least one CIDR required");
  for (int i = 0; i < object.spec().cidrs_size(); ++i) {
    check_each(check_cidr(object.spec().cidrs(i)), object.spec().cidrs(i),
               path.index(static_cast<std::size_t>(i)), errors);
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.networking.v1.Ingress", check_as<networking_v1::Ingress, check_ingress>},
    {"k8s.io.api.networking.v1.NetworkPolicy",
     check_as<networking_v1::NetworkPolicy, check_network_policy>},
    {"k8s.io.api.networking.v1.ServiceCIDR",
     check_as<networking_v1::ServiceCIDR, check_service_cidr>},
};

}  // namespace

std::span<const Validator> network_validators() { return kValidators; }

}  // namespace kubus::apiserver
