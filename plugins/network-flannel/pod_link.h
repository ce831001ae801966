// The pod's end of the network: a veth pair between the node's bridge and the pod's namespace.
//
// Thread safety: as the Netlink that is passed (a socket in the node's namespace).
//
// The pod gets its address as a single host (/32) and a route to everything through the bridge, so
// that also traffic between pods of one node passes the node's IP layer. A reply of a service's
// endpoint thus meets the connection tracking that must translate it back, whether or not the
// kernel shows bridged frames to netfilter.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge.h"
#include "netlink.h"
#include "netns.h"

namespace kubus::flannel {

inline constexpr const char* kPodInterface = "eth0";

struct PodLink {
  std::string host_name;  // the end on the bridge
  int bridge = 0;         // interface index
  Ipv4 address;
  Ipv4 gateway;
  unsigned mtu = 1500;
};

// "veth" and eleven digits that follow from the sandbox's id.
std::string host_link_name(const std::string& sandbox);
bool is_host_link_name(const std::string& name);

// Makes the pair, whatever was left of an earlier attempt, and configures both ends.
Status attach(Netlink& netlink, const Netns& netns, const PodLink& link);
// Deletes the pair. Absent: ok.
Status detach(Netlink& netlink, const std::string& host_name);

// What the pod's namespace holds.
struct PodState {
  bool interface_up = false;
  bool loopback_up = false;
  bool default_route = false;
  std::vector<Ipv4> addresses;
};
Result<PodState> inspect(const Netns& netns);

}  // namespace kubus::flannel
