#include <k8s/core/v1/service.pb.h>

#include <algorithm>

#include "kubus/api/types.h"
#include "strategy/kinds.h"

namespace kubus::apiserver {
namespace {

using core_v1::Service;
using core_v1::ServiceSpec;

bool has_node_ports(const ServiceSpec& spec) {
  return spec.type() == "NodePort" || spec.type() == "LoadBalancer";
}

bool has_cluster_address(const ServiceSpec& spec) { return spec.type() != "ExternalName"; }

// Clients that read, change and write back an object of theirs leave out what they do not know.
void keep_node_ports(ServiceSpec& spec, const ServiceSpec& old) {
  for (auto& port : *spec.mutable_ports()) {
    if (port.nodeport() != 0) continue;
    for (const auto& before : old.ports())
      if (before.port() == port.port() && before.protocol() == port.protocol())
        port.set_nodeport(before.nodeport());
  }
}

// A client that knows only the one address changes only that.
void follow_address(ServiceSpec& spec, const ServiceSpec& old) {
  const bool same_list = std::equal(spec.clusterips().begin(), spec.clusterips().end(),
                                    old.clusterips().begin(), old.clusterips().end());
  if (spec.clusterip() != old.clusterip() && same_list && spec.clusterips_size() > 0)
    spec.set_clusterips(0, spec.clusterip());
}

template <class Items>
void leave_first(Items& items, const Items& old) {
  if (items.size() > 1 && std::equal(items.begin(), items.end(), old.begin(), old.end()))
    items.DeleteSubrange(1, items.size() - 1);
}

// A Service that is to have one family lets go of what it has of the other.
void follow_policy(ServiceSpec& spec, const ServiceSpec& old) {
  if (spec.ipfamilypolicy() != "SingleStack" || !old.has_ipfamilypolicy() ||
      old.ipfamilypolicy() == "SingleStack")
    return;
  leave_first(*spec.mutable_clusterips(), old.clusterips());
  leave_first(*spec.mutable_ipfamilies(), old.ipfamilies());
}

void drop_what_the_type_lacks(ServiceSpec& spec, const ServiceSpec& old) {
  if (!has_cluster_address(spec) && has_cluster_address(old)) {
    spec.clear_clusterip();
    spec.clear_clusterips();
    spec.clear_ipfamilies();
    spec.clear_ipfamilypolicy();
    spec.clear_internaltrafficpolicy();
  }
  if (has_node_ports(old) && !has_node_ports(spec)) {
    for (auto& port : *spec.mutable_ports()) {
      for (const auto& before : old.ports())
        if (before.port() == port.port() && before.nodeport() == port.nodeport())
          port.clear_nodeport();
    }
    spec.clear_externaltrafficpolicy();
    spec.clear_allocateloadbalancernodeports();
  }
  if (spec.type() != "LoadBalancer") spec.clear_healthchecknodeport();
}

// Clients that know only of the one address name only that.
void list_address(ServiceSpec& spec) {
  if (!spec.clusterip().empty() && spec.clusterips_size() == 0)
    spec.add_clusterips(spec.clusterip());
}

void create(Message& object) { list_address(*static_cast<Service&>(object).mutable_spec()); }

void update(Message& object, const Message& old_object) {
  auto& spec = *static_cast<Service&>(object).mutable_spec();
  const auto& old = static_cast<const Service&>(old_object).spec();
  if (has_cluster_address(spec) && has_cluster_address(old)) {
    if (spec.clusterip().empty()) spec.set_clusterip(old.clusterip());
    if (spec.clusterips_size() == 0 && spec.clusterip() == old.clusterip())
      *spec.mutable_clusterips() = old.clusterips();
    follow_address(spec, old);
    if (spec.ipfamilies_size() == 0) *spec.mutable_ipfamilies() = old.ipfamilies();
    if (spec.ipfamilypolicy().empty() && old.has_ipfamilypolicy())
      spec.set_ipfamilypolicy(old.ipfamilypolicy());
    follow_policy(spec, old);
  }
  if (has_node_ports(spec) && has_node_ports(old)) keep_node_ports(spec, old);
  if (spec.type() == "LoadBalancer" && spec.healthchecknodeport() == 0)
    spec.set_healthchecknodeport(old.healthchecknodeport());
  drop_what_the_type_lacks(spec, old);
  list_address(spec);
}

}  // namespace

void service_rules(Strategy& strategy) {
  strategy.prepare_create = create;
  strategy.prepare_update = update;
}

}  // namespace kubus::apiserver
