#include "table.h"

#include <gtest/gtest.h>

#include "builders.h"

namespace kubus::proxy_nftables {
namespace {

class TableTest : public testing::Test {
 protected:
  // Stages the service with these slices and returns the change.
  std::string change(const Service& service, const std::vector<EndpointSlice>& slices) {
    std::vector<const EndpointSlice*> pointers;
    for (const auto& slice : slices) pointers.push_back(&slice);
    table_.stage(service.key,
                 build_fragment(service, pointers, table_.options(), table_.fragment(service.key)));
    return table_.take_change();
  }

  Table table_{TableOptions{Family::kIpv4, {"10.244.0.0/16"}}};
};

TEST_F(TableTest, AServiceIsElementsAndChainsItSharesWithOthers) {
  EXPECT_EQ(
      change(service("web", "10.96.0.1", 80), {slice("web", {"10.1.0.2", "10.1.0.3"}, 8080)}),
      "add chain ip kubus-proxy tcp-pick-2\n"
      "add rule ip kubus-proxy tcp-pick-2 dnat to ip daddr . tcp dport . numgen "
      "random mod 2 map @tcp-endpoints\n"
      "add rule ip kubus-proxy tcp-pick-2 dnat to ip daddr . tcp dport . numgen "
      "random mod 1 map @tcp-endpoints\n"
      "add rule ip kubus-proxy tcp-pick-2 drop\n"
      "add element ip kubus-proxy service-ips {\n 10.96.0.1 . tcp . 80 : goto tcp-pick-2 }\n"
      "add element ip kubus-proxy tcp-endpoints {\n"
      " 10.96.0.1 . 80 . 0 : 10.1.0.2 . 8080,\n"
      " 10.96.0.1 . 80 . 1 : 10.1.0.3 . 8080 }\n"
      "add element ip kubus-proxy cluster-ips {\n 10.96.0.1 }\n"
      "add element ip kubus-proxy hairpin {\n 10.1.0.2 . 10.1.0.2,\n 10.1.0.3 . 10.1.0.3 }\n");
  EXPECT_EQ(
      change(service("api", "10.96.0.2", 80), {slice("api", {"10.1.0.4", "10.1.0.5"}, 8080)}),
      "add element ip kubus-proxy service-ips {\n 10.96.0.2 . tcp . 80 : goto tcp-pick-2 }\n"
      "add element ip kubus-proxy tcp-endpoints {\n"
      " 10.96.0.2 . 80 . 0 : 10.1.0.4 . 8080,\n"
      " 10.96.0.2 . 80 . 1 : 10.1.0.5 . 8080 }\n"
      "add element ip kubus-proxy cluster-ips {\n 10.96.0.2 }\n"
      "add element ip kubus-proxy hairpin {\n 10.1.0.4 . 10.1.0.4,\n 10.1.0.5 . 10.1.0.5 }\n");
}

TEST_F(TableTest, OnlyWhatChangedIsSent) {
  const Service web = service("web", "10.96.0.1", 80);
  change(web, {slice("web", {"10.1.0.2", "10.1.0.3"}, 8080)});
  EXPECT_EQ(change(web, {slice("web", {"10.1.0.2", "10.1.0.3"}, 8080)}), "");
  EXPECT_EQ(change(web, {slice("web", {"10.1.0.3", "10.1.0.4"}, 8080)}),
            "delete element ip kubus-proxy tcp-endpoints {\n 10.96.0.1 . 80 . 0 }\n"
            "delete element ip kubus-proxy hairpin {\n 10.1.0.2 . 10.1.0.2 }\n"
            "add element ip kubus-proxy tcp-endpoints {\n"
            " 10.96.0.1 . 80 . 0 : 10.1.0.4 . 8080 }\n"
            "add element ip kubus-proxy hairpin {\n 10.1.0.4 . 10.1.0.4 }\n");
}

TEST_F(TableTest, WithoutEndpointsAClusterIpIsRefusedAsAWhole) {
  const Service web = service("web", "10.96.0.1", 80);
  EXPECT_EQ(change(web, {}), "add element ip kubus-proxy cluster-ips {\n 10.96.0.1 }\n");
  Service open = web;
  open.external_ips = {"192.0.2.5"};
  open.ports[0].node_port = 30080;
  EXPECT_EQ(change(open, {}),
            "add element ip kubus-proxy refused {\n 192.0.2.5 . tcp . 80 }\n"
            "add element ip kubus-proxy refused-node-ports {\n tcp . 30080 }\n");
}

TEST_F(TableTest, NodePortsMasquerade) {
  Service web = service("web", "10.96.0.1", 80);
  web.ports[0].node_port = 30080;
  const std::string text = change(web, {slice("web", {"10.1.0.2"}, 8080)});
  EXPECT_NE(
      text.find("add rule ip kubus-proxy masq-tcp-node-pick-1 meta mark set meta mark | 0x4000\n"
                "add rule ip kubus-proxy masq-tcp-node-pick-1 goto tcp-node-pick-1\n"),
      std::string::npos);
  EXPECT_NE(text.find("node-ports {\n tcp . 30080 : goto masq-tcp-node-pick-1 }"),
            std::string::npos);
  EXPECT_NE(text.find("tcp-node-endpoints {\n 30080 . 0 : 10.1.0.2 . 8080 }"), std::string::npos);
}

TEST_F(TableTest, LocalPolicyDropsWhereNoLocalEndpointIs) {
  Service web = service("web", "10.96.0.1", 80);
  web.internal_local = true;
  EXPECT_NE(change(web, {slice_of("web", {endpoint("10.1.9.2", false)}, 8080)})
                .find("10.96.0.1 . tcp . 80 : drop"),
            std::string::npos);
  EXPECT_NE(
      change(web, {slice_of("web", {endpoint("10.1.9.2", false), endpoint("10.1.0.2")}, 8080)})
          .find("10.96.0.1 . 80 . 0 : 10.1.0.2 . 8080"),
      std::string::npos);
}

TEST_F(TableTest, ExternalLocalPolicyTellsStrangersFromTheCluster) {
  Service web = service("web", "10.96.0.1", 80);
  web.external_local = true;
  web.external_ips = {"192.0.2.5"};
  const std::string text =
      change(web, {slice_of("web", {endpoint("10.1.9.2", false), endpoint("10.1.0.2")}, 8080)});
  EXPECT_NE(
      text.find(
          "add rule ip kubus-proxy outside-tcp-pick-1-tcp-pick-wide-2 ip saddr { 10.244.0.0/16 } "
          "goto "
          "tcp-pick-wide-2\n"
          "add rule ip kubus-proxy outside-tcp-pick-1-tcp-pick-wide-2 fib saddr type local goto "
          "masq-tcp-pick-wide-2\n"
          "add rule ip kubus-proxy outside-tcp-pick-1-tcp-pick-wide-2 goto tcp-pick-1\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("192.0.2.5 . 80 . 1048577 : 10.1.9.2 . 8080"), std::string::npos);
  EXPECT_NE(text.find("192.0.2.5 . 80 . 0 : 10.1.0.2 . 8080"), std::string::npos);
}

TEST_F(TableTest, RemovingAServiceRemovesItsElementsAndOwnChains) {
  Service web = service("web", "10.96.0.1", 80);
  web.client_affinity = true;
  const std::string added = change(web, {slice("web", {"10.1.0.2"}, 8080)});
  EXPECT_NE(added.find("flags dynamic,timeout; timeout 10800s"), std::string::npos);
  EXPECT_NE(added.find("dnat to 10.1.0.2:8080"), std::string::npos);
  table_.stage(web.key, {});
  const std::string removed = table_.take_change();
  EXPECT_NE(removed.find("delete chain ip kubus-proxy affinity-"), std::string::npos);
  EXPECT_NE(removed.find("delete chain ip kubus-proxy endpoint-"), std::string::npos);
  EXPECT_NE(removed.find("delete set ip kubus-proxy clients-"), std::string::npos);
  EXPECT_TRUE(table_.empty());
  EXPECT_EQ(table_.take_change(), "");
}

TEST_F(TableTest, AContestedAddressStaysWithTheFirstUntilItLetsGo) {
  Service one = service("one", "10.96.0.1", 80), two = service("two", "10.96.0.2", 80);
  one.external_ips = two.external_ips = {"192.0.2.5"};
  change(one, {slice("one", {"10.1.0.2"}, 8080)});
  const std::string second = change(two, {slice("two", {"10.1.0.3"}, 8080)});
  EXPECT_EQ(second.find("192.0.2.5"), std::string::npos) << second;
  change(two, {slice("two", {"10.1.0.4"}, 8080)});
  table_.stage(one.key, {});
  const std::string after = table_.take_change();
  EXPECT_NE(after.find("192.0.2.5 . 80 . 0 : 10.1.0.4 . 8080"), std::string::npos) << after;
}

TEST_F(TableTest, ChangesThatCancelOutSendNothing) {
  const Service web = service("web", "10.96.0.1", 80);
  change(web, {slice("web", {"10.1.0.2"}, 8080)});
  table_.stage(web.key, {});
  EXPECT_EQ(change(web, {slice("web", {"10.1.0.2"}, 8080)}), "");
}

TEST_F(TableTest, ReportsClosedUdpWays) {
  const Service dns = service("dns", "10.96.0.10", 53, "udp");
  change(dns, {slice("dns", {"10.1.0.2", "10.1.0.3"}, 53, "udp")});
  EXPECT_TRUE(table_.take_closed_flows().empty());
  change(dns, {slice("dns", {"10.1.0.3"}, 53, "udp")});
  const auto closed = table_.take_closed_flows();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0], (UdpFlow{"10.96.0.10", 53, {"10.1.0.2", 53}}));
  EXPECT_TRUE(table_.take_closed_flows().empty());
}

TEST(DisjointRanges, LeavesOutWhatLiesInAnother) {
  EXPECT_EQ(disjoint_ranges({"10.1.0.0/16", "10.0.0.0/8", "192.0.2.0/24", "10.0.0.0/8", "fd00::/8",
                             "fd00:1::/32", "nonsense", "10.0.0.0/40"}),
            (std::vector<std::string>{"10.0.0.0/8", "fd00::/8", "192.0.2.0/24"}));
}

}  // namespace
}  // namespace kubus::proxy_nftables
