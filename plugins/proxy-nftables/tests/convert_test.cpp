#include "convert.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

namespace kubus::proxy_nftables {
namespace {

namespace core = k8s::io::api::core::v1;
namespace discovery = k8s::io::api::discovery::v1;

core::Service make_service(const std::string& type, const std::string& ip) {
  core::Service out;
  out.mutable_metadata()->set_namespace_("default");
  out.mutable_metadata()->set_name("web");
  out.mutable_spec()->set_type(type);
  out.mutable_spec()->set_clusterip(ip);
  out.mutable_spec()->add_clusterips(ip);
  auto* port = out.mutable_spec()->add_ports();
  port->set_name("http");
  port->set_port(80);
  port->set_protocol("TCP");
  port->set_nodeport(30080);
  return out;
}

TEST(ToService, TakesWhatAProxyNeeds) {
  core::Service object = make_service("LoadBalancer", "10.96.0.1");
  object.mutable_spec()->add_clusterips("FD00:96:0::1");
  object.mutable_spec()->add_externalips("198.51.100.7");
  object.mutable_spec()->set_sessionaffinity("ClientIP");
  object.mutable_spec()->mutable_sessionaffinityconfig()->mutable_clientip()->set_timeoutseconds(
      60);
  object.mutable_spec()->set_externaltrafficpolicy("Local");
  object.mutable_spec()->add_loadbalancersourceranges(" 192.0.2.0/24 ");
  auto* ingress = object.mutable_status()->mutable_loadbalancer()->add_ingress();
  ingress->set_ip("198.51.100.8");
  auto* proxied = object.mutable_status()->mutable_loadbalancer()->add_ingress();
  proxied->set_ip("198.51.100.9");
  proxied->set_ipmode("Proxy");

  const auto service = to_service(object);
  ASSERT_TRUE(service);
  EXPECT_EQ(service->key, "default/web");
  EXPECT_EQ(service->cluster_ips, (std::vector<std::string>{"10.96.0.1", "fd00:96::1"}));
  EXPECT_EQ(service->external_ips, std::vector<std::string>{"198.51.100.7"});
  EXPECT_EQ(service->load_balancer_ips, std::vector<std::string>{"198.51.100.8"});
  EXPECT_EQ(service->source_ranges, std::vector<std::string>{"192.0.2.0/24"});
  EXPECT_TRUE(service->client_affinity);
  EXPECT_EQ(service->affinity_seconds, 60);
  EXPECT_TRUE(service->external_local);
  EXPECT_FALSE(service->internal_local);
  ASSERT_EQ(service->ports.size(), 1u);
  EXPECT_EQ(service->ports[0].node_port, 30080);
  EXPECT_EQ(service->ports[0].protocol, "tcp");
}

TEST(ToService, LeavesOutWhatIsNotProxied) {
  EXPECT_FALSE(to_service(make_service("ClusterIP", "None")));
  EXPECT_FALSE(to_service(make_service("ClusterIP", "")));
  EXPECT_FALSE(to_service(make_service("ExternalName", "10.96.0.1")));
  core::Service labelled = make_service("ClusterIP", "10.96.0.1");
  (*labelled.mutable_metadata()->mutable_labels())["service.kubernetes.io/service-proxy-name"] =
      "x";
  EXPECT_FALSE(to_service(labelled));
}

TEST(ToService, LetsNothingButAddressesIntoTheRules) {
  core::Service object = make_service("LoadBalancer", "10.96.0.1");
  object.mutable_spec()->add_externalips("1.2.3.4 } ; flush ruleset");
  object.mutable_spec()->add_loadbalancersourceranges("10.0.0.0/8 } ; flush ruleset");
  object.mutable_spec()->mutable_ports(0)->set_protocol("tcp } ; flush ruleset");
  const auto service = to_service(object);
  ASSERT_TRUE(service);
  EXPECT_TRUE(service->external_ips.empty());
  EXPECT_TRUE(service->source_ranges.empty());
  EXPECT_TRUE(service->ports.empty());
}

TEST(ToSlice, ReadsConditionsWithTheirDefaults) {
  discovery::EndpointSlice object;
  object.mutable_metadata()->set_namespace_("default");
  object.mutable_metadata()->set_name("web-abc");
  (*object.mutable_metadata()->mutable_labels())["kubernetes.io/service-name"] = "web";
  object.set_addresstype("IPv4");
  auto* port = object.add_ports();
  port->set_name("http");
  port->set_port(8080);
  object.add_endpoints()->add_addresses("10.1.0.2");
  auto* ending = object.add_endpoints();
  ending->add_addresses("10.1.0.3");
  ending->set_nodename("here");
  ending->mutable_conditions()->set_ready(false);
  ending->mutable_conditions()->set_serving(true);
  ending->mutable_conditions()->set_terminating(true);
  object.add_endpoints()->add_addresses("not an address");

  const auto slice = to_slice(object, "here");
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->service, "default/web");
  ASSERT_EQ(slice->endpoints.size(), 2u);
  EXPECT_TRUE(slice->endpoints[0].ready);
  EXPECT_TRUE(slice->endpoints[0].serving);
  EXPECT_FALSE(slice->endpoints[0].node_known);
  EXPECT_FALSE(slice->endpoints[1].ready);
  EXPECT_TRUE(slice->endpoints[1].terminating);
  EXPECT_TRUE(slice->endpoints[1].on_this_node);
  EXPECT_EQ(slice->ports[0].protocol, "tcp");
}

TEST(ToSlice, LeavesOutWhatHasNoServiceOrNoAddresses) {
  discovery::EndpointSlice object;
  object.set_addresstype("IPv4");
  EXPECT_FALSE(to_slice(object, "here"));
  (*object.mutable_metadata()->mutable_labels())["kubernetes.io/service-name"] = "web";
  EXPECT_TRUE(to_slice(object, "here"));
  object.set_addresstype("FQDN");
  EXPECT_FALSE(to_slice(object, "here"));
}

}  // namespace
}  // namespace kubus::proxy_nftables
