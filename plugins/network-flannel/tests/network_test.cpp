#include "network_test.h"

#include <chrono>
#include <iostream>

#include "netlink.h"
#include "pod_link.h"

namespace kubus::flannel {
namespace {

using netlab::Space;

bool link_exists(const std::string& name) {
  auto netlink = Netlink::open();
  return netlink.ok() && netlink->find_link(name)->has_value();
}

TEST_F(NetworkTest, SetupMayBeRepeatedAndRepairs) {
  Space pod;
  EXPECT_EQ(setup("a", pod), "10.244.0.2");
  EXPECT_EQ(setup("a", pod), "10.244.0.2");
  EXPECT_TRUE(network_->check("a", pod.path()).ok());

  pod.run([] { netlab::shell("ip route del default"); });
  EXPECT_EQ(network_->check("a", pod.path()).code(), Code::kConflict);
  EXPECT_EQ(setup("a", pod), "10.244.0.2");
  EXPECT_TRUE(network_->check("a", pod.path()).ok());

  netlab::shell("ip link del " + host_link_name("a"));
  EXPECT_EQ(network_->check("a", pod.path()).code(), Code::kConflict);
  EXPECT_EQ(setup("a", pod), "10.244.0.2");
  EXPECT_TRUE(network_->check("a", pod.path()).ok());
}

TEST_F(NetworkTest, ARecreatedSandboxNamespaceIsConnectedAgain) {
  auto pod = std::make_unique<Space>();
  EXPECT_EQ(setup("a", *pod), "10.244.0.2");
  pod = std::make_unique<Space>();
  EXPECT_EQ(setup("a", *pod), "10.244.0.2");
  EXPECT_TRUE(network_->check("a", pod->path()).ok());
}

TEST_F(NetworkTest, TeardownMayBeRepeatedAndTakesUnknownSandboxes) {
  Space pod;
  setup("a", pod);
  EXPECT_TRUE(network_->teardown("a").ok());
  EXPECT_FALSE(link_exists(host_link_name("a")));
  EXPECT_TRUE(network_->teardown("a").ok());
  EXPECT_TRUE(network_->teardown("never seen").ok());
  EXPECT_EQ(network_->check("a", pod.path()).code(), Code::kNotFound);
  EXPECT_EQ(setup("a", pod), "10.244.0.3") << "the address came back at once";
}

TEST_F(NetworkTest, AFailedSetupHoldsNoAddress) {
  SetupOptions options;
  options.sandbox = "a";
  options.netns = "/proc/0/ns/net";
  EXPECT_EQ(network_->setup(options).code(), Code::kNotFound);
  EXPECT_EQ(network_->check("a", options.netns).code(), Code::kNotFound);
  EXPECT_FALSE(link_exists(host_link_name("a")));
}

TEST_F(NetworkTest, ARestartKeepsWhatIsThere) {
  Space pod;
  EXPECT_EQ(setup("a", pod), "10.244.0.2");
  start();
  EXPECT_TRUE(network_->check("a", pod.path()).ok());
  Space other;
  EXPECT_EQ(setup("b", other), "10.244.0.3");
}

TEST_F(NetworkTest, ReconcileReleasesWhatIsUnknown) {
  Space a, b;
  setup("a", a);
  setup("b", b);
  netlab::shell(
      "ip link add veth0123456789a type veth peer name other && "
      "ip link set veth0123456789a master cni0");
  const auto released = network_->reconcile({"b", "not here"});
  ASSERT_TRUE(released.ok()) << released.status().to_string();
  EXPECT_EQ(*released, std::vector<std::string>{"a"});
  EXPECT_FALSE(link_exists(host_link_name("a")));
  EXPECT_FALSE(link_exists("veth0123456789a"));
  EXPECT_TRUE(network_->check("b", b.path()).ok());
}

TEST_F(NetworkTest, RemoveAllLeavesNothingInTheNamespace) {
  Space pod;
  setup("a", pod);
  ASSERT_TRUE(network_->remove_all().ok());
  EXPECT_FALSE(link_exists("cni0"));
  EXPECT_FALSE(link_exists(host_link_name("a")));
  EXPECT_TRUE(netlab::shell("test -z \"$(nft list ruleset)\""));
  EXPECT_TRUE(network_->remove_all().ok());
}

TEST_F(NetworkTest, RefusesABridgeNameThatIsTaken) {
  netlab::shell("ip link add taken type veth peer name other");
  NetworkSettings other = settings();
  other.bridge = "taken";
  EXPECT_EQ(Network::start(other).status().code(), Code::kInvalid);
}

TEST_F(NetworkTest, AChangedRangeMovesTheBridge) {
  NetworkSettings other = settings();
  other.pods = *Ipv4Range::parse("10.244.7.0/24");
  network_.reset();
  auto moved = Network::start(other);
  ASSERT_TRUE(moved.ok()) << moved.status().to_string();
  auto netlink = Netlink::open();
  const auto addresses = netlink->addresses((*netlink->find_link("cni0"))->index);
  ASSERT_EQ(addresses->size(), 1u);
  EXPECT_EQ(addresses->front().address.str(), "10.244.7.1");
}

TEST_F(NetworkTest, RecoversFromFlushedRules) {
  Space a;
  netlab::shell("nft flush ruleset");
  EXPECT_EQ(setup("a", a, {{"tcp", 80, 8080, {}}}), "10.244.0.2");
  EXPECT_TRUE(netlab::shell("nft list table ip kubus-flannel | grep -q 'tcp . 8080'"));
  netlab::shell("nft flush ruleset");
  EXPECT_TRUE(network_->teardown("a").ok());
}

TEST_F(NetworkTest, LimitsRates) {
  Space pod;
  SetupOptions options;
  options.sandbox = "a";
  options.netns = pod.path();
  options.ingress_bits_per_second = 10'000'000;
  options.egress_bits_per_second = 20'000'000;
  const auto address = network_->setup(options);
  ASSERT_TRUE(address.ok()) << address.status().to_string();
  EXPECT_TRUE(
      netlab::shell("tc qdisc show dev " + host_link_name("a") + " | grep -q 'tbf.*rate 10Mbit'"));
  pod.run(
      [] { EXPECT_TRUE(netlab::shell("tc qdisc show dev eth0 | grep -q 'tbf.*rate 20Mbit'")); });
}

TEST_F(NetworkTest, ReportsHowLongASetupTakes) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::unique_ptr<Space>> pods;
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) {
    pods.push_back(std::make_unique<Space>());
    const auto begin = Clock::now();
    ASSERT_EQ(setup("s" + std::to_string(i), *pods.back()), "10.244.0." + std::to_string(i + 2));
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  std::cout << "{\"name\":\"network_setup_p50\",\"value\":" << times[50]
            << ",\"unit\":\"ms\",\"p99\":" << times[98] << "}\n";
}

}  // namespace
}  // namespace kubus::flannel
