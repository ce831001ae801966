#include "network_test.h"

namespace kubus::flannel {
namespace {

using netlab::ask;
using netlab::Server;
using netlab::shell;
using netlab::Space;

// A pod with host ports, and a host outside that reaches the node at 192.0.2.1.
class HostPortTest : public NetworkTest {
 protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    outside_ = std::make_unique<Space>();
    pod_ = std::make_unique<Space>();
    ASSERT_TRUE(shell("ip link add up0 type veth peer name eth0 netns " + outside_->path() +
                      " && ip addr add 192.0.2.1/24 dev up0 && ip addr add 192.0.2.2/24 dev up0 "
                      "&& ip link set up0 up"));
    outside_->run([] {
      ASSERT_TRUE(
          shell("ip link set lo up && ip addr add 192.0.2.9/24 dev eth0 && "
                "ip link set eth0 up"));
    });
    HostPort any{"tcp", 80, 8080, {}};
    HostPort one{"tcp", 80, 9090, *Ipv4::parse("192.0.2.2")};
    HostPort dns{"udp", 53, 5353, {}};
    ASSERT_EQ(setup("a", *pod_, {any, one, dns}), "10.244.0.2");
    server_ = std::make_unique<Server>(pod_.get(), 80, "a");
    dns_ = std::make_unique<Server>(pod_.get(), 53, "dns", Server::Protocol::kUdp);
  }
  void TearDown() override {
    server_.reset();
    dns_.reset();
    NetworkTest::TearDown();
  }

  std::unique_ptr<Space> outside_, pod_;
  std::unique_ptr<Server> server_, dns_;
};

TEST_F(HostPortTest, LeadsToThePodFromEverywhere) {
  EXPECT_EQ(ask(outside_.get(), "192.0.2.1", 8080), "a 192.0.2.9");
  EXPECT_EQ(ask(outside_.get(), "192.0.2.1", 5353, Server::Protocol::kUdp), "dns 192.0.2.9");
  EXPECT_EQ(netlab::name_in(ask(nullptr, "192.0.2.1", 8080)), "a");
  EXPECT_EQ(netlab::name_in(ask(nullptr, "127.0.0.1", 8080)), "a");
  EXPECT_EQ(netlab::name_in(ask(pod_.get(), "192.0.2.1", 8080)), "a") << "hairpin";
  Space other;
  ASSERT_EQ(setup("b", other), "10.244.0.3");
  EXPECT_EQ(ask(&other, "192.0.2.1", 8080), "a 10.244.0.3");
}

TEST_F(HostPortTest, AHostIpLimitsItToThatAddress) {
  EXPECT_EQ(ask(outside_.get(), "192.0.2.2", 9090), "a 192.0.2.9");
  EXPECT_EQ(ask(outside_.get(), "192.0.2.1", 9090), "refused");
}

TEST_F(HostPortTest, PodsCannotReachTheNodesLoopback) {
  Server on_node(nullptr, 7070, "node");
  pod_->run([] {
    shell("ip route add 127.0.0.5/32 via 10.244.0.1 && ip route del local 127.0.0.0/8 table local");
    netlab::write_sysctl("net/ipv4/conf/eth0/route_localnet", "1");
  });
  EXPECT_NE(netlab::name_in(ask(pod_.get(), "127.0.0.5", 7070)), "node");
}

TEST_F(HostPortTest, ClosesWithThePod) {
  ASSERT_TRUE(network_->teardown("a").ok());
  EXPECT_EQ(ask(outside_.get(), "192.0.2.1", 8080), "refused");
  Space next;
  EXPECT_EQ(setup("b", next, {{"tcp", 80, 8080, {}}}), "10.244.0.3");
  Server server(&next, 80, "b");
  EXPECT_EQ(ask(outside_.get(), "192.0.2.1", 8080), "b 192.0.2.9");
}

TEST_F(HostPortTest, SurvivesARestart) {
  start();
  EXPECT_EQ(ask(outside_.get(), "192.0.2.1", 8080), "a 192.0.2.9");
}

TEST_F(HostPortTest, ASecondPodCannotHaveIt) {
  Space next;
  EXPECT_NE(setup("b", next, {{"tcp", 80, 8080, {}}}).find("Conflict"), std::string::npos);
}

}  // namespace
}  // namespace kubus::flannel
