#include "network_test.h"

namespace kubus::flannel {
namespace {

using netlab::ask;
using netlab::Server;
using netlab::shell;
using netlab::Space;

// With and without the kernel showing bridged frames to netfilter (where it can).
class TrafficTest : public NetworkTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    const std::string file = "net/bridge/bridge-nf-call-iptables";
    if (std::filesystem::exists("/proc/sys/" + file))
      netlab::write_sysctl(file, GetParam());
    else if (GetParam() == std::string("1"))
      GTEST_SKIP() << "this kernel has no bridge netfilter";
  }
};

INSTANTIATE_TEST_SUITE_P(BridgeNetfilter, TrafficTest, testing::Values("0", "1"));

TEST_P(TrafficTest, PodsAndNodeReachEachOtherWithTheirOwnAddresses) {
  Space a, b;
  ASSERT_EQ(setup("a", a), "10.244.0.2");
  ASSERT_EQ(setup("b", b), "10.244.0.3");
  Server in_a(&a, 80, "a"), in_b(&b, 80, "b"), on_node(nullptr, 80, "node");
  EXPECT_EQ(ask(&a, "10.244.0.3", 80), "b 10.244.0.2");
  EXPECT_EQ(ask(&b, "10.244.0.2", 80), "a 10.244.0.3");
  EXPECT_EQ(ask(&a, "10.244.0.2", 80), "a 10.244.0.2");
  EXPECT_EQ(ask(&a, "127.0.0.1", 80), "a 127.0.0.1");
  EXPECT_EQ(ask(nullptr, "10.244.0.2", 80), "a 10.244.0.1");
  EXPECT_EQ(ask(&a, "10.244.0.1", 80), "node 10.244.0.2");
}

TEST_P(TrafficTest, RepliesOfATranslatedConnectionFindTheirWayBack) {
  Space a, b;
  setup("a", a);
  setup("b", b);
  Server in_b(&b, 80, "b");
  Server udp_in_b(&b, 53, "b", Server::Protocol::kUdp);
  ASSERT_TRUE(
      shell("nft 'table ip t { chain c { type nat hook prerouting priority -100; "
            "ip daddr 10.96.0.1 dnat to 10.244.0.3; }; }'"));
  EXPECT_EQ(ask(&a, "10.96.0.1", 80), "b 10.244.0.2");
  EXPECT_EQ(ask(&a, "10.96.0.1", 53, Server::Protocol::kUdp), "b 10.244.0.2");
}

TEST_P(TrafficTest, APodReachesItselfThroughAService) {
  Space a;
  setup("a", a);
  Server in_a(&a, 80, "a");
  ASSERT_TRUE(
      shell("nft 'table ip t { chain c { type nat hook prerouting priority -100; "
            "ip daddr 10.96.0.1 dnat to 10.244.0.2; }; "
            "chain m { type nat hook postrouting priority 100; "
            "ip saddr 10.244.0.2 ip daddr 10.244.0.2 masquerade; }; }'"));
  EXPECT_EQ(ask(&a, "10.96.0.1", 80), "a 10.244.0.1");
}

TEST_P(TrafficTest, TheNodeReachesServicesWithoutADefaultRoute) {
  Space a;
  setup("a", a);
  Server in_a(&a, 80, "a");
  ASSERT_TRUE(
      shell("nft 'table ip t { chain c { type nat hook output priority -100; "
            "ip daddr 10.96.0.1 dnat to 10.244.0.2; }; }'"));
  EXPECT_EQ(ask(nullptr, "10.96.0.1", 80), "a 10.244.0.1");
}

TEST_P(TrafficTest, OnlyTrafficThatLeavesTheClusterIsMasqueraded) {
  Space pod, outside;
  setup("a", pod);
  ASSERT_TRUE(shell("ip link add up0 type veth peer name eth0 netns " + outside.path() +
                    " && ip addr add 192.0.2.1/24 dev up0 && ip link set up0 up"));
  outside.run([] {
    ASSERT_TRUE(
        shell("ip link set lo up && ip addr add 192.0.2.9/24 dev eth0 && "
              "ip addr add 10.244.9.9/24 dev eth0 && ip link set eth0 up && "
              "ip route add 10.244.0.0/24 via 192.0.2.1"));
  });
  ASSERT_TRUE(shell("ip route add 10.244.9.0/24 dev up0"));
  NetworkSettings wider = settings();
  wider.cluster = {*Ipv4Range::parse("10.244.0.0/16")};
  auto network = Network::start(wider);
  ASSERT_TRUE(network.ok()) << network.status().to_string();
  Server server(&outside, 80, "outside");
  EXPECT_EQ(ask(&pod, "192.0.2.9", 80), "outside 192.0.2.1");
  EXPECT_EQ(ask(&pod, "10.244.9.9", 80), "outside 10.244.0.2");
}

TEST_P(TrafficTest, AnAddressWorksAtOnceForItsNextUser) {
  NetworkSettings tiny = settings();
  tiny.pods = *Ipv4Range::parse("10.244.0.0/29");
  tiny.lease_file += ".tiny";
  network_.reset();
  network_ = std::move(*Network::start(tiny));
  Space peer;
  ASSERT_EQ(setup("peer", peer), "10.244.0.2");
  for (int round = 0; round < 6; ++round) {
    const std::string id = "s" + std::to_string(round);
    Space pod;
    const std::string address = setup(id, pod);
    Server server(&pod, 80, id);
    EXPECT_EQ(ask(&peer, address, 80), id + " 10.244.0.2") << address;
    EXPECT_TRUE(network_->teardown(id).ok());
  }
}

}  // namespace
}  // namespace kubus::flannel
