#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/networking/v1/network_policy.pb.h>

#include "kubus/api/int_or_string.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

void check_exceptions(const networking_v1::IPBlock& block, const Path& path, ErrorList& errors) {
  if (!check_cidr(block.cidr()).empty()) return;
  for (int i = 0; i < block.except_size(); ++i) {
    const std::string& part = block.except(i);
    const Messages wrong = check_cidr(part);
    errors.invalid_each(path.index(i), part, wrong);
    if (wrong.empty() && !is_subnet(part, block.cidr())) {
      errors.invalid(path.index(i), part, "must be a strict subset of `cidr`");
    }
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
      errors.invalid_each(block.child("cidr"), peer.ipblock().cidr(),
                          check_cidr(peer.ipblock().cidr()));
    }
    check_exceptions(peer.ipblock(), block.child("except"), errors);
    if (selects) {
      errors.forbidden(path, "may not specify both ipBlock and another peer");
    }
  } else if (!selects) {
    errors.required(path, "must specify a peer");
  }
}

void check_policy_port(const networking_v1::NetworkPolicyPort& port, const Path& path,
                       ErrorList& errors) {
  const std::string& protocol = port.protocol();
  if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP")
    errors.not_supported(path.child("protocol"), protocol, {"TCP", "UDP", "SCTP"});
  const Path end = path.child("endPort");
  if (!port.has_port()) {
    if (port.has_endport())
      errors.invalid(end, port.endport(), "may not be specified when `port` is not specified");
    return;
  }
  const bool named = is_string(port.port());
  if (named && port.has_endport())
    errors.invalid(end, port.endport(), "may not be specified when `port` is non-numeric");
  check_port(port.port(), path.child("port"), errors);
  if (named || !port.has_endport()) return;
  if (port.endport() < port.port().intval())
    errors.invalid(end, port.endport(), "must be greater than or equal to `port`");
  errors.invalid_each(end, port.endport(), check_port_number(port.endport()));
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
    errors.invalid_json(path.child("policyTypes"), list_json(spec.policytypes()),
                        "may not specify more than two policyTypes");
    return;
  }
  for (int i = 0; i < spec.policytypes_size(); ++i) {
    if (spec.policytypes(i) != "Egress" && spec.policytypes(i) != "Ingress") {
      errors.not_supported(path.child("policyTypes").index(i), spec.policytypes(i),
                           {"Ingress", "Egress"});
    }
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.networking.v1.NetworkPolicy",
     check_as<networking_v1::NetworkPolicy, check_network_policy>},
};

}  // namespace

std::span<const Validator> network_policy_validators() { return kValidators; }

}  // namespace kubus::apiserver
