#include "proxy_test.h"

namespace kubus::proxy_nftables {
namespace {

constexpr auto kUdp = Server::Protocol::kUdp;

// With and without the kernel showing bridged frames to netfilter (where it can).
class TrafficTest : public ProxyTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    ProxyTest::SetUp();
    if (IsSkipped()) return;
    const bool wanted = GetParam() == std::string("1");
    if (std::filesystem::exists("/proc/sys/net/bridge")) {
      netlab::write_sysctl("net/bridge/bridge-nf-call-iptables", GetParam());
      netlab::write_sysctl("net/bridge/bridge-nf-call-ip6tables", GetParam());
    } else if (wanted) {
      GTEST_SKIP() << "this kernel has no bridge netfilter";
    }
  }
};

INSTANTIATE_TEST_SUITE_P(BridgeNetfilter, TrafficTest, testing::Values("0", "1"));

TEST_P(TrafficTest, AClusterIpIsBalancedOverItsEndpoints) {
  serve({2, 3, 4}, 8080);
  put(service("web", "10.96.0.1", 80), {address(2), address(3), address(4)}, 8080);
  sync();
  EXPECT_EQ(answers(&pod(5), "10.96.0.1", 80), (Names{"2", "3", "4"}));
  EXPECT_EQ(answers(nullptr, "10.96.0.1", 80), (Names{"2", "3", "4"}));
  EXPECT_EQ(ask(&pod(5), "10.96.0.1", 80).substr(1), " 10.244.0.5") << "the source was hidden";
}

TEST_P(TrafficTest, UdpIsBalancedToo) {
  serve({2, 3, 4}, 5353, kUdp);
  put(service("dns", "10.96.0.10", 53, "udp"), {address(2), address(3), address(4)}, 5353, "udp");
  sync();
  EXPECT_EQ(answers(&pod(5), "10.96.0.10", 53, 40, kUdp), (Names{"2", "3", "4"}));
}

TEST_P(TrafficTest, APodReachesItselfThroughItsService) {
  serve({2}, 8080);
  put(service("web", "10.96.0.1", 80), {address(2)}, 8080);
  sync();
  EXPECT_EQ(ask(&pod(2), "10.96.0.1", 80), "2 10.244.0.1");
}

TEST_P(TrafficTest, ANodePortIsOpenToTheOutside) {
  serve({2, 3}, 8080);
  Service web = service("web", "10.96.0.1", 80);
  web.ports[0].node_port = 30080;
  put(web, {address(2), address(3)}, 8080);
  sync();
  EXPECT_EQ(answers(&outside_, "192.0.2.1", 30080), (Names{"2", "3"}));
  EXPECT_EQ(ask(&outside_, "192.0.2.1", 30080).substr(1), " 10.244.0.1") << "not masqueraded";
  EXPECT_EQ(answers(nullptr, "192.0.2.1", 30080), (Names{"2", "3"}));
  EXPECT_EQ(answers(&pod(5), "192.0.2.1", 30080), (Names{"2", "3"}));
  EXPECT_EQ(answers(&pod(2), "192.0.2.1", 30080), (Names{"2", "3"})) << "hairpin";
  EXPECT_EQ(ask(nullptr, "127.0.0.1", 30080), "refused");
}

TEST_P(TrafficTest, WithoutEndpointsConnectionsAreRefused) {
  Service web = service("web", "10.96.0.1", 80);
  web.ports[0].node_port = 30080;
  web.external_ips = {"198.51.100.7"};
  put(web, {}, 8080);
  sync();
  EXPECT_EQ(ask(&pod(5), "10.96.0.1", 80), "refused");
  EXPECT_EQ(ask(nullptr, "10.96.0.1", 80), "refused");
  EXPECT_EQ(ask(&outside_, "192.0.2.1", 30080), "refused");
  EXPECT_EQ(ask(&outside_, "198.51.100.7", 80), "refused");
  EXPECT_EQ(ask(&pod(5), "10.96.0.1", 53, kUdp), "refused");
}

TEST_P(TrafficTest, APortTheServiceDoesNotHaveIsRefused) {
  serve({2}, 8080);
  put(service("web", "10.96.0.1", 80), {address(2)}, 8080);
  sync();
  EXPECT_EQ(ask(&pod(5), "10.96.0.1", 81), "refused");
  EXPECT_EQ(ask(nullptr, "10.96.0.1", 81), "refused");
}

TEST_P(TrafficTest, ARemovedEndpointGetsNoMoreConnections) {
  serve({2, 3}, 8080);
  put(service("web", "10.96.0.1", 80), {address(2), address(3)}, 8080);
  sync();
  put(service("web", "10.96.0.1", 80), {address(3)}, 8080);
  sync();
  EXPECT_EQ(answers(&pod(5), "10.96.0.1", 80), Names{"3"});
  proxy_->remove_service("default/web");
  sync();
  EXPECT_NE(name_in(ask(nullptr, "10.96.0.1", 80)), "3");
}

TEST_P(TrafficTest, AClientStaysWithItsEndpoint) {
  serve({2, 3, 4}, 8080);
  Service web = service("web", "10.96.0.1", 80);
  web.client_affinity = true;
  web.ports[0].node_port = 30080;
  put(web, {address(2), address(3), address(4)}, 8080);
  sync();
  const Names first = answers(&pod(5), "10.96.0.1", 80, 20);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(answers(&outside_, "192.0.2.1", 30080, 20).size(), 1u);

  proxy_ = make_proxy();
  put(web, {address(2), address(3), address(4)}, 8080);
  sync();
  EXPECT_EQ(answers(&pod(5), "10.96.0.1", 80, 20), first) << "forgotten by an upgrade";

  std::vector<std::string> rest;
  for (const int n : {2, 3, 4})
    if (!first.contains(std::to_string(n))) rest.push_back(address(n));
  put(web, rest, 8080);
  sync();
  const Names second = answers(&pod(5), "10.96.0.1", 80, 20);
  EXPECT_EQ(second.size(), 1u);
  EXPECT_NE(second, first);
}

TEST_P(TrafficTest, ExternalAddressesLeadIn) {
  serve({2}, 8080);
  Service web = service("web", "10.96.0.1", 80);
  web.external_ips = {"198.51.100.7"};
  web.load_balancer_ips = {"198.51.100.8"};
  put(web, {address(2)}, 8080);
  sync();
  EXPECT_EQ(ask(&outside_, "198.51.100.7", 80), "2 10.244.0.1");
  EXPECT_EQ(ask(&outside_, "198.51.100.8", 80), "2 10.244.0.1");
}

TEST_P(TrafficTest, SourceRangesGuardTheLoadBalancer) {
  serve({2}, 8080);
  Service web = service("web", "10.96.0.1", 80);
  web.load_balancer_ips = {"198.51.100.8"};
  web.source_ranges = {"203.0.113.0/24"};
  put(web, {address(2)}, 8080);
  sync();
  EXPECT_EQ(ask(&outside_, "198.51.100.8", 80), "timeout");
  web.source_ranges = {"192.0.2.0/24", "192.0.2.0/28", "203.0.113.0/24"};
  put(web, {address(2)}, 8080);
  sync();
  EXPECT_EQ(name_in(ask(&outside_, "198.51.100.8", 80)), "2");
}

TEST_P(TrafficTest, ExternalPolicyLocalKeepsTheClientsAddress) {
  serve({2, 3}, 8080);
  Service web = service("web", "10.96.0.1", 80);
  web.ports[0].node_port = 30080;
  web.external_local = true;
  proxy_->set_service(web);
  proxy_->set_slice("s",
                    slice_of("web", {endpoint(address(2)), endpoint(address(3), false)}, 8080));
  sync();
  EXPECT_EQ(answers(&outside_, "192.0.2.1", 30080), Names{"2"});
  EXPECT_EQ(ask(&outside_, "192.0.2.1", 30080), "2 192.0.2.9");
  EXPECT_EQ(answers(&pod(5), "192.0.2.1", 30080), (Names{"2", "3"}));
  EXPECT_EQ(answers(nullptr, "192.0.2.1", 30080), (Names{"2", "3"}));
  proxy_->set_slice("s", slice_of("web", {endpoint(address(3), false)}, 8080));
  sync();
  EXPECT_EQ(ask(&outside_, "192.0.2.1", 30080), "timeout");
}

TEST_P(TrafficTest, IPv6Works) {
  if (!shell("nft add table ip6 probe && nft delete table ip6 probe"))
    GTEST_SKIP() << "this kernel has no nftables for IPv6";
  serve({2, 3}, 8080);
  put(service("six", "fd00:96::1", 80), {"fd00:244::2", "fd00:244::3"}, 8080);
  sync();
  EXPECT_EQ(answers(&pod(5), "fd00:96::1", 80), (Names{"2", "3"}));
  EXPECT_EQ(answers(&pod(2), "fd00:96::1", 80), (Names{"2", "3"})) << "hairpin";
  EXPECT_EQ(answers(nullptr, "fd00:96::1", 80), (Names{"2", "3"}));
  put(service("six", "fd00:96::1", 80), {}, 8080);
  sync();
  EXPECT_EQ(ask(&pod(5), "fd00:96::1", 80), "refused");
}

TEST_P(TrafficTest, AUdpClientThatKeepsSendingFollowsTheEndpoints) {
  serve({2, 3}, 53, kUdp);
  const Service dns = service("dns", "10.96.0.10", 53, "udp");
  put(dns, {address(2)}, 53, "udp");
  sync();
  EXPECT_EQ(name_in(ask(&pod(5), "10.96.0.10", 53, kUdp, 40000)), "2");
  put(dns, {address(3)}, 53, "udp");
  EXPECT_EQ(sync().forgotten_flows, 1u);
  EXPECT_EQ(name_in(ask(&pod(5), "10.96.0.10", 53, kUdp, 40000)), "3");
}

}  // namespace
}  // namespace kubus::proxy_nftables
