// The node's end of the pod network: the bridge, its addresses and routes, and the kernel switches
// it needs. Everything may be done again at any time.
//
// Thread safety: as the Netlink that is passed.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "netlink.h"

namespace kubus::flannel {

using MacAddress = std::array<std::uint8_t, 6>;

struct BridgeSettings {
  std::string name;
  Ipv4Range pods;
  unsigned mtu = 1500;
  // Cluster addresses that must never be looked for outside: routed into the bridge, where nobody
  // answers, unless a proxy rewrote them before.
  std::optional<Ipv4Range> services;
};

// The hardware address that goes with an IPv4 address, always the same, so that a neighbour entry
// left from the address's last user is right for the next one.
MacAddress mac_for(Ipv4 address);

// Makes the bridge or corrects the one there is; returns its interface index. kInvalid when the
// name belongs to something that is no bridge.
Result<int> ensure_bridge(Netlink& netlink, const BridgeSettings& settings);
// Deletes the bridge with everything on it. Absent: ok.
Status remove_bridge(Netlink& netlink, const std::string& name);
// The MTU of the interface of the default route; 1500 without one.
unsigned uplink_mtu(Netlink& netlink);
// Writes `value` below /proc/sys unless it is there already.
Status set_sysctl(const std::string& path, const std::string& value);

}  // namespace kubus::flannel
