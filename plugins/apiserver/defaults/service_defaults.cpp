#include <k8s/core/v1/endpoints.pb.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>
#include <k8s/networking/v1/ingress_class.pb.h>
#include <k8s/networking/v1/network_policy.pb.h>

#include "defaults/defaulter.h"
#include "kubus/api/int_or_string.h"

namespace kubus::apiserver {
namespace {

constexpr std::int32_t kAffinitySeconds = 10800;

void default_affinity(core_v1::ServiceSpec& spec) {
  if (spec.sessionaffinity().empty()) spec.set_sessionaffinity("None");
  if (spec.sessionaffinity() == "None") spec.clear_sessionaffinityconfig();
  if (spec.sessionaffinity() != "ClientIP") return;
  if (!spec.sessionaffinityconfig().clientip().has_timeoutseconds()) {
    spec.mutable_sessionaffinityconfig()->mutable_clientip()->set_timeoutseconds(kAffinitySeconds);
  }
}

void default_ports(core_v1::ServiceSpec& spec) {
  for (auto& port : *spec.mutable_ports()) {
    if (port.protocol().empty()) port.set_protocol("TCP");
    const std::string target = port.has_targetport() ? to_string(port.targetport()) : "";
    if (target.empty() || target == "0") set_int(*port.mutable_targetport(), port.port());
  }
}

void default_service(core_v1::Service& service) {
  core_v1::ServiceSpec& spec = *service.mutable_spec();
  default_affinity(spec);
  if (spec.type().empty()) spec.set_type("ClusterIP");
  default_ports(spec);
  const std::string& type = spec.type();
  const bool balanced = type == "LoadBalancer";
  const bool external =
      balanced || type == "NodePort" || (type == "ClusterIP" && !spec.externalips().empty());
  if (external && spec.externaltrafficpolicy().empty()) spec.set_externaltrafficpolicy("Cluster");
  if (!spec.has_internaltrafficpolicy() && type != "ExternalName") {
    spec.set_internaltrafficpolicy("Cluster");
  }
  if (!balanced) return;
  if (!spec.has_allocateloadbalancernodeports()) spec.set_allocateloadbalancernodeports(true);
  if (!service.has_status()) return;
  for (auto& ingress : *service.mutable_status()->mutable_loadbalancer()->mutable_ingress()) {
    if (!ingress.ip().empty() && !ingress.has_ipmode()) ingress.set_ipmode("VIP");
  }
}

void default_endpoint_port(core_v1::EndpointPort& port) {
  if (port.protocol().empty()) port.set_protocol("TCP");
}

void default_slice_port(discovery_v1::EndpointPort& port) {
  if (!port.has_name()) port.set_name("");
  if (!port.has_protocol()) port.set_protocol("TCP");
}

void default_policy(networking_v1::NetworkPolicy& policy) {
  networking_v1::NetworkPolicySpec& spec = *policy.mutable_spec();
  if (!spec.policytypes().empty()) return;
  spec.add_policytypes("Ingress");
  if (!spec.egress().empty()) spec.add_policytypes("Egress");
}

void default_policy_port(networking_v1::NetworkPolicyPort& port) {
  if (!port.has_protocol()) port.set_protocol("TCP");
}

void default_ingress_class(networking_v1::IngressClass& object) {
  if (!object.spec().has_parameters() || object.spec().parameters().has_scope()) return;
  object.mutable_spec()->mutable_parameters()->set_scope("Cluster");
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.core.v1.Service", default_as<core_v1::Service, default_service>},
    {"k8s.io.api.core.v1.EndpointPort", default_as<core_v1::EndpointPort, default_endpoint_port>},
    {"k8s.io.api.discovery.v1.EndpointPort",
     default_as<discovery_v1::EndpointPort, default_slice_port>},
    {"k8s.io.api.networking.v1.NetworkPolicy",
     default_as<networking_v1::NetworkPolicy, default_policy>},
    {"k8s.io.api.networking.v1.NetworkPolicyPort",
     default_as<networking_v1::NetworkPolicyPort, default_policy_port>},
    {"k8s.io.api.networking.v1.IngressClass",
     default_as<networking_v1::IngressClass, default_ingress_class>},
};

}  // namespace

std::span<const Defaulter> service_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
