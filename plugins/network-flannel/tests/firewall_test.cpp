#include "firewall.h"

#include <gtest/gtest.h>

namespace kubus::flannel {
namespace {

const Lease kLease{*Ipv4::parse("10.1.0.2"),
                   "a",
                   {{"tcp", 80, 8080, {}}, {"udp", 53, 53, *Ipv4::parse("192.0.2.1")}}};

TEST(Firewall, OpensAndClosesTheHostPortsOfALease) {
  EXPECT_EQ(open_text(kLease),
            "add element ip kubus-flannel hairpin { 10.1.0.2 . 10.1.0.2 }\n"
            "add element ip kubus-flannel host-ports { tcp . 8080 : 10.1.0.2 . 80 }\n"
            "add element ip kubus-flannel host-ports-by-address { 192.0.2.1 . udp . 53 : "
            "10.1.0.2 . 53 }\n");
  EXPECT_EQ(close_text(kLease),
            "delete element ip kubus-flannel hairpin { 10.1.0.2 . 10.1.0.2 }\n"
            "delete element ip kubus-flannel host-ports { tcp . 8080 }\n"
            "delete element ip kubus-flannel host-ports-by-address { 192.0.2.1 . udp . 53 }\n");
  EXPECT_EQ(open_text({kLease.address, "b", {}}), "");
  EXPECT_EQ(close_text({kLease.address, "b", {}}), "");
}

TEST(Firewall, MasqueradesOnlyWhatLeavesTheCluster) {
  FirewallSettings settings{"cni0",
                            *Ipv4Range::parse("10.1.0.0/24"),
                            {*Ipv4Range::parse("10.1.0.0/16"), *Ipv4Range::parse("10.96.0.0/12")},
                            true};
  std::string text = table_text(settings, {});
  EXPECT_NE(text.find("elements = { 10.1.0.0/24, 224.0.0.0/4, 10.1.0.0/16, 10.96.0.0/12 }"),
            std::string::npos);
  EXPECT_NE(text.find("ip saddr 10.1.0.0/24 ip daddr != @cluster masquerade fully-random"),
            std::string::npos);
  settings.masquerade = false;
  text = table_text(settings, {});
  EXPECT_EQ(text.find("fully-random"), std::string::npos);
}

TEST(Firewall, ReplacesOnlyItsOwnTable) {
  const std::string text =
      table_text({"cni0", *Ipv4Range::parse("10.1.0.0/24"), {}, true}, {kLease});
  EXPECT_EQ(text.find("table ip kubus-flannel\ndelete table ip kubus-flannel\n"), 0u);
  EXPECT_EQ(text.find("flush ruleset"), std::string::npos);
  EXPECT_NE(text.find(open_text(kLease)), std::string::npos);
}

}  // namespace
}  // namespace kubus::flannel
