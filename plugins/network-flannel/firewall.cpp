#include "firewall.h"

namespace kubus::flannel {
namespace {

const std::string kHead = std::string("ip ") + kTable + " ";

// Map and key of a host port.
std::string key_of(const HostPort& port) {
  if (port.host_ip == Ipv4{})
    return "host-ports { " + port.protocol + " . " + std::to_string(port.host_port);
  return "host-ports-by-address { " + port.host_ip.str() + " . " + port.protocol + " . " +
         std::to_string(port.host_port);
}

std::string hairpin_of(const Lease& lease) {
  const std::string address = lease.address.str();
  return "hairpin { " + address + " . " + address + " }\n";
}

std::string ranges(const FirewallSettings& settings) {
  std::string out = settings.pods.str() + ", 224.0.0.0/4";
  for (const auto& range : settings.cluster) out += ", " + range.str();
  return out;
}

constexpr const char* kMaps =
    "  set hairpin { type ipv4_addr . ipv4_addr; }\n"
    "  map host-ports { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
    "  map host-ports-by-address {\n"
    "    type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service;\n"
    "  }\n";

constexpr const char* kHostPortChains =
    "  chain host-port {\n"
    "    dnat to ip daddr . meta l4proto . th dport map @host-ports-by-address\n"
    "    dnat to meta l4proto . th dport map @host-ports\n"
    "  }\n"
    "  chain host-port-from-outside {\n"
    "    type nat hook prerouting priority dstnat + 5; policy accept;\n"
    "    fib daddr type local goto host-port\n"
    "  }\n"
    "  chain host-port-from-node {\n"
    "    type nat hook output priority -95; policy accept;\n"
    "    fib daddr type local goto host-port\n"
    "  }\n";

std::string guard_chains(const std::string& bridge) {
  return
      // Loopback addresses are routable on the bridge for host ports; pods must not profit.
      "  chain guard {\n"
      "    type filter hook prerouting priority raw; policy accept;\n"
      "    iifname \"" +
      bridge +
      "\" ip daddr 127.0.0.0/8 drop\n"
      "  }\n"
      // Pods of one node talk through the node on purpose.
      "  chain redirects {\n"
      "    type filter hook output priority filter; policy accept;\n"
      "    oifname \"" +
      bridge +
      "\" icmp type redirect drop\n"
      "  }\n";
}

std::string masquerade_chain(const FirewallSettings& settings) {
  std::string text =
      "  chain source {\n"
      "    type nat hook postrouting priority srcnat; policy accept;\n"
      "    ct status dnat ip saddr . ip daddr @hairpin masquerade\n"
      "    oifname \"" +
      settings.bridge + "\" ip saddr 127.0.0.0/8 masquerade\n";
  if (settings.masquerade)
    text +=
        "    ip saddr " + settings.pods.str() + " ip daddr != @cluster masquerade fully-random\n";
  return text + "  }\n";
}

}  // namespace

std::string table_text(const FirewallSettings& settings, const std::vector<Lease>& leases) {
  std::string text = remove_table_text();
  text += std::string("table ip ") + kTable + " {\n" +
          "  set cluster { type ipv4_addr; flags interval; auto-merge; elements = { " +
          ranges(settings) + " } }\n" + kMaps + kHostPortChains + guard_chains(settings.bridge) +
          masquerade_chain(settings) + "}\n";
  for (const auto& lease : leases) text += open_text(lease);
  return text;
}

std::string open_text(const Lease& lease) {
  if (lease.ports.empty()) return {};
  std::string text = "add element " + kHead + hairpin_of(lease);
  for (const auto& port : lease.ports)
    text += "add element " + kHead + key_of(port) + " : " + lease.address.str() + " . " +
            std::to_string(port.container_port) + " }\n";
  return text;
}

std::string close_text(const Lease& lease) {
  if (lease.ports.empty()) return {};
  std::string text = "delete element " + kHead + hairpin_of(lease);
  for (const auto& port : lease.ports) text += "delete element " + kHead + key_of(port) + " }\n";
  return text;
}

std::string remove_table_text() {
  return std::string("table ip ") + kTable + "\ndelete table ip " + kTable + "\n";
}

}  // namespace kubus::flannel
