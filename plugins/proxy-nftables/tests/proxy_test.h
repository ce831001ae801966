// A node in a network namespace of its own, with pods on a bridge, a host outside, and a proxy.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "builders.h"
#include "netlab.h"
#include "proxy.h"

namespace kubus::proxy_nftables {

using netlab::ask;
using netlab::name_in;
using netlab::Server;
using netlab::shell;
using netlab::Space;

class ProxyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = netlab::why_not(); !reason.empty()) GTEST_SKIP() << reason;
    netlab::enter_fresh_namespace();
    netlab::write_sysctl("net/ipv4/ip_forward", "1");
    // No waiting for duplicates of addresses nobody else can have.
    netlab::write_sysctl("net/ipv6/conf/default/dad_transmits", "0");
    ASSERT_TRUE(
        shell("ip link add cni0 type bridge && ip addr add 10.244.0.1/24 dev cni0 && "
              "ip addr add fd00:244::1/64 dev cni0 nodad && ip link set cni0 up && "
              "ip route add 10.96.0.0/12 dev cni0 src 10.244.0.1 && "
              "ip route add fd00:96::/64 dev cni0 src fd00:244::1"));
    netlab::write_sysctl("net/ipv6/conf/all/forwarding", "1");
    ASSERT_TRUE(shell("ip link add up0 type veth peer name eth0 netns " + outside_.path() +
                      " && ip addr add 192.0.2.1/24 dev up0 && ip link set up0 up"));
    outside_.run([] {
      ASSERT_TRUE(
          shell("ip link set lo up && ip addr add 192.0.2.9/24 dev eth0 && "
                "ip link set eth0 up && ip route add default via 192.0.2.1"));
    });
    // As the pod network does: its pods must not learn of shorter ways.
    ASSERT_TRUE(
        shell("nft 'table inet lab { chain c { type filter hook output priority 0; "
              "icmp type redirect drop; icmpv6 type nd-redirect drop; }; }'"));
    std::string pattern = testing::TempDir() + "proxy.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    proxy_ = make_proxy();
  }
  void TearDown() override {
    servers_.clear();
    pods_.clear();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<Proxy> make_proxy() const {
    return std::make_unique<Proxy>(std::vector<std::string>{"10.244.0.0/16", "fd00:244::/48"},
                                   directory_ + "/owner");
  }
  // A pod at 10.244.0.<number> and fd00:244::<number>.
  Space& pod(int number) {
    auto& space = pods_[number];
    if (space) return *space;
    space = std::make_unique<Space>();
    const std::string n = std::to_string(number);
    space->run([] { netlab::write_sysctl("net/ipv6/conf/default/dad_transmits", "0"); });
    EXPECT_TRUE(shell("ip link add p" + n + " type veth peer name eth0 netns " + space->path() +
                      " && ip link set p" + n + " master cni0 && ip link set p" + n +
                      " type bridge_slave hairpin on && ip link set p" + n + " up"));
    space->run([&n] {
      EXPECT_TRUE(
          shell("ip link set lo up && ip link set eth0 up && "
                "ip addr add 10.244.0." +
                n +
                "/32 dev eth0 && "
                "ip route add 10.244.0.1 dev eth0 && ip route add default via 10.244.0.1 "
                "&& ip addr add fd00:244::" +
                n +
                "/128 dev eth0 nodad && "
                "ip route add fd00:244::1 dev eth0 && "
                "ip route add default via fd00:244::1"));
    });
    return *space;
  }
  static std::string address(int number) { return "10.244.0." + std::to_string(number); }
  // Pods that answer with their number.
  void serve(const std::vector<int>& numbers, int port,
             Server::Protocol protocol = Server::Protocol::kTcp) {
    for (const int number : numbers)
      servers_.push_back(
          std::make_unique<Server>(&pod(number), port, std::to_string(number), protocol));
  }
  // Service and slice at once.
  void put(const Service& service, const std::vector<std::string>& addresses, int port,
           const std::string& protocol = "tcp") {
    proxy_->set_service(service);
    const std::string name = service.key.substr(service.key.find('/') + 1);
    proxy_->set_slice(service.key + "-1", slice(name, addresses, port, protocol));
  }
  Proxy::Report sync() {
    auto report = proxy_->sync();
    EXPECT_TRUE(report.ok()) << report.status().to_string();
    if (!report.ok()) return {};
    EXPECT_EQ(report->recovered_from, "");
    return *report;
  }
  // Who answers, over some connections.
  static std::set<std::string> answers(const Space* from, const std::string& address, int port,
                                       int times = 40,
                                       Server::Protocol protocol = Server::Protocol::kTcp) {
    std::set<std::string> out;
    // An error says enough.
    for (int i = 0; i < times && !out.contains("timeout") && !out.contains("unreachable"); ++i)
      out.insert(name_in(ask(from, address, port, protocol)));
    return out;
  }

  std::string directory_;
  Space outside_;
  std::map<int, std::unique_ptr<Space>> pods_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::unique_ptr<Proxy> proxy_;
};

using Names = std::set<std::string>;

}  // namespace kubus::proxy_nftables
