#include "layout.h"

#include <array>

namespace kubus::proxy_nftables {
namespace {

constexpr std::array<const char*, 14> kNames = {"service-ips",
                                                "node-ports",
                                                "tcp-endpoints",
                                                "udp-endpoints",
                                                "sctp-endpoints",
                                                "tcp-node-endpoints",
                                                "udp-node-endpoints",
                                                "sctp-node-endpoints",
                                                "cluster-ips",
                                                "refused",
                                                "refused-node-ports",
                                                "hairpin",
                                                "guarded",
                                                "allowed-sources"};

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// FAMILY, ADDRESS, LOOPBACK stand for what differs between IPv4 and IPv6.
constexpr const char* kMaps = R"(
  map service-ips { type ADDRESS . inet_proto . inet_service : verdict; }
  map node-ports { type inet_proto . inet_service : verdict; }
  set cluster-ips { type ADDRESS; }
  set refused { type ADDRESS . inet_proto . inet_service; }
  set refused-node-ports { type inet_proto . inet_service; }
  set hairpin { type ADDRESS . ADDRESS; }
  set guarded { type ADDRESS . inet_proto . inet_service; }
  set allowed-sources { type ADDRESS . inet_proto . inet_service . ADDRESS; flags interval; }
)";

// PROTOCOL stands for tcp, udp and sctp: the library forgets what a general "th dport" was when it
// reads such a map back from the kernel.
constexpr const char* kEndpointMaps = R"(
  map PROTOCOL-endpoints {
    typeof FAMILY daddr . PROTOCOL dport . numgen random mod 2 : FAMILY daddr . PROTOCOL dport
  }
  map PROTOCOL-node-endpoints {
    typeof PROTOCOL dport . numgen random mod 2 : FAMILY daddr . PROTOCOL dport
  }
)";

// Refused TCP is reset: an ICMP message that comes back while connect() still holds the socket is
// thrown away by the kernel, and the client would notice a second later, when it tries again.
constexpr const char* kChains = R"(
  chain guard {
    type filter hook prerouting priority -110; policy accept;
    ct state new FAMILY daddr . meta l4proto . th dport @guarded goto sources
  }
  chain sources {
    FAMILY daddr . meta l4proto . th dport . FAMILY saddr @allowed-sources accept
    drop
  }
  chain translate-foreign {
    type nat hook prerouting priority -100; policy accept;
    goto services
  }
  chain translate-own {
    type nat hook output priority -100; policy accept;
    goto services
  }
  chain services {
    CLUSTER_SOURCES
    FAMILY daddr . meta l4proto . th dport vmap @service-ips
    fib daddr type local FAMILY daddr != LOOPBACK meta l4proto . th dport vmap @node-ports
  }
  chain refuse-foreign {
    type filter hook prerouting priority -90; policy accept;
    ct state new goto refuse
  }
  chain refuse-own {
    type filter hook output priority -90; policy accept;
    ct state new goto refuse
  }
  chain refuse {
    FAMILY daddr @cluster-ips goto answer
    FAMILY daddr . meta l4proto . th dport @refused goto answer
    fib daddr type local FAMILY daddr != LOOPBACK meta l4proto . th dport @refused-node-ports goto answer
  }
  chain answer {
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain source {
    type nat hook postrouting priority 100; policy accept;
    meta mark & MARK == MARK meta mark set meta mark ^ MARK masquerade fully-random
    ct status dnat FAMILY saddr . FAMILY daddr @hairpin masquerade fully-random
  }
)";

std::string braces(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return "{ " + out + " }";
}

}  // namespace

const char* name_of(Container container) { return kNames[static_cast<std::size_t>(container)]; }

const char* family_word(Family family) { return family == Family::kIpv4 ? "ip" : "ip6"; }

std::string table_name(Family family) { return std::string(family_word(family)) + " " + kTable; }

std::string remove_text(Family family) {
  return "table " + table_name(family) + "\ndelete table " + table_name(family) + "\n";
}

std::string base_text(const TableOptions& options) {
  const bool four = options.family == Family::kIpv4;
  std::string sources;
  if (!options.pod_ranges.empty())
    sources = "FAMILY daddr @cluster-ips FAMILY saddr != " + braces(options.pod_ranges) +
              " meta mark set meta mark | MARK";
  std::string body = kMaps;
  for (const char* protocol : {"tcp", "udp", "sctp"})
    body += replace_all(kEndpointMaps, "PROTOCOL", protocol);
  body = replace_all(body + kChains, "CLUSTER_SOURCES", sources);
  body = replace_all(std::move(body), "FAMILY", family_word(options.family));
  body = replace_all(std::move(body), "ADDRESS", four ? "ipv4_addr" : "ipv6_addr");
  body = replace_all(std::move(body), "LOOPBACK", four ? "127.0.0.0/8" : "::1");
  return "table " + table_name(options.family) + " {" +
         replace_all(std::move(body), "MARK", kMark) + "}\n";
}

Container endpoints_of(bool node, const std::string& protocol) {
  if (protocol == "udp") return node ? Container::kUdpNodeEndpoints : Container::kUdpEndpoints;
  if (protocol == "sctp") return node ? Container::kSctpNodeEndpoints : Container::kSctpEndpoints;
  return node ? Container::kTcpNodeEndpoints : Container::kTcpEndpoints;
}

std::string pick_name(const Pick& pick) {
  return pick.protocol + (pick.node ? "-node" : "") + "-pick-" + (pick.wide ? "wide-" : "") +
         std::to_string(pick.count);
}

std::string pick_rules(const TableOptions& options, const Pick& pick) {
  const std::string address =
      pick.node ? std::string() : std::string(family_word(options.family)) + " daddr . ";
  const std::string prefix = "dnat to " + address + pick.protocol + " dport . numgen random mod ";
  const std::string suffix =
      (pick.wide ? " offset " + std::to_string(kWideOffset) : std::string()) + " map @" +
      name_of(endpoints_of(pick.node, pick.protocol)) + "\n";
  // A packet that is on its way while the places shrink finds none: the first place is always
  // there, and if the service itself went away, a dropped packet is sent again by its sender.
  return prefix + std::to_string(pick.count) + suffix + prefix + "1" + suffix + "drop\n";
}

std::string masquerade_name(const std::string& next) { return "masq-" + next; }

std::string masquerade_rules(const std::string& next) {
  return std::string("meta mark set meta mark | ") + kMark + "\ngoto " + next + "\n";
}

std::string outside_rules(const TableOptions& options, const std::string& local,
                          const std::string& wide) {
  std::string rules;
  if (!options.pod_ranges.empty())
    rules = std::string(family_word(options.family)) + " saddr " + braces(options.pod_ranges) +
            " goto " + wide + "\n";
  return rules + "fib saddr type local goto " + masquerade_name(wide) + "\n" +
         (local == "drop" ? local : "goto " + local) + "\n";
}

}  // namespace kubus::proxy_nftables
