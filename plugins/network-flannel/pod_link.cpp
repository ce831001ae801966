#include "pod_link.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace kubus::flannel {
namespace {

constexpr std::string_view kPrefix = "veth";
constexpr int kDigits = 11;

// The bridge's port gets the pod's address with another first byte: stable, and unlike the pod's.
MacAddress port_mac(Ipv4 address) {
  MacAddress mac = mac_for(address);
  mac[0] = 0x0e;
  return mac;
}

Status create_pair(Netlink& netlink, const Netns& netns, const PodLink& link) {
  const MacAddress outside = port_mac(link.address);
  const MacAddress inside = mac_for(link.address);
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.header(ifinfomsg{})
      .text(IFLA_IFNAME, link.host_name)
      .put(IFLA_ADDRESS, outside.data(), outside.size())
      .u32(IFLA_MTU, link.mtu)
      .u32(IFLA_MASTER, static_cast<std::uint32_t>(link.bridge))
      .begin(IFLA_LINKINFO)
      .text(IFLA_INFO_KIND, "veth")
      .begin(IFLA_INFO_DATA)
      .begin(VETH_INFO_PEER)
      .header(ifinfomsg{})
      .text(IFLA_IFNAME, kPodInterface)
      .put(IFLA_ADDRESS, inside.data(), inside.size())
      .u32(IFLA_MTU, link.mtu)
      .u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(netns.fd()))
      .end()
      .end()
      .end();
  return netlink.run(std::move(request), "create " + link.host_name);
}

// Hairpin: where the kernel translates addresses of bridged frames, a pod that calls itself through
// a service is answered over the port it came from.
Status configure_port(Netlink& netlink, const PodLink& link) {
  ifinfomsg header{};
  header.ifi_flags = header.ifi_change = IFF_UP;
  Request request(RTM_NEWLINK, 0);
  request.header(header)
      .text(IFLA_IFNAME, link.host_name)
      .begin(IFLA_LINKINFO)
      .text(IFLA_INFO_SLAVE_KIND, "bridge")
      .begin(IFLA_INFO_SLAVE_DATA)
      .u8(IFLA_BRPORT_MODE, 1)
      .end()
      .end()
      .begin(IFLA_AF_SPEC)
      .begin(AF_INET6)
      .u8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)
      .end()
      .end();
  return netlink.run(std::move(request), "configure " + link.host_name);
}

Status bring_up(Netlink& netlink, const char* name) {
  ifinfomsg header{};
  header.ifi_flags = header.ifi_change = IFF_UP;
  Request request(RTM_NEWLINK, 0);
  request.header(header).text(IFLA_IFNAME, name);
  return netlink.run(std::move(request), std::string("bring up ") + name);
}

Status add_route(Netlink& netlink, int index, const PodLink& link, bool to_gateway) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_dst_len = to_gateway ? 32 : 0;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = RTPROT_STATIC;
  header.rtm_scope = to_gateway ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  header.rtm_type = RTN_UNICAST;
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  request.header(header)
      .address(to_gateway ? RTA_DST : RTA_GATEWAY, link.gateway)
      .u32(RTA_OIF, static_cast<std::uint32_t>(index))
      .address(RTA_PREFSRC, link.address);
  return netlink.run(std::move(request), to_gateway ? "route to the gateway" : "default route");
}

Status configure_inside(const PodLink& link) {
  auto netlink = Netlink::open();
  if (!netlink.ok()) return netlink.status();
  KUBUS_TRY(bring_up(*netlink, "lo"));
  KUBUS_TRY(bring_up(*netlink, kPodInterface));
  auto eth0 = netlink->find_link(kPodInterface);
  if (!eth0.ok()) return eth0.status();
  if (!*eth0) return Status(Code::kInternalError, "the pod's interface vanished");
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = 32;
  header.ifa_index = static_cast<unsigned>((*eth0)->index);
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
  request.header(header).address(IFA_LOCAL, link.address).address(IFA_ADDRESS, link.address);
  KUBUS_TRY(netlink->run(std::move(request), "address of the pod"));
  KUBUS_TRY(add_route(*netlink, (*eth0)->index, link, true));
  return add_route(*netlink, (*eth0)->index, link, false);
}

}  // namespace

std::string host_link_name(const std::string& sandbox) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const unsigned char byte : sandbox) hash = (hash ^ byte) * 0x100000001b3u;
  char name[IF_NAMESIZE];
  std::snprintf(name, sizeof name, "%s%011llx", kPrefix.data(),
                static_cast<unsigned long long>(hash >> 20));
  return name;
}

bool is_host_link_name(const std::string& name) {
  return name.size() == kPrefix.size() + kDigits && name.starts_with(kPrefix) &&
         std::all_of(name.begin() + kPrefix.size(), name.end(),
                     [](unsigned char c) { return std::isxdigit(c) && !std::isupper(c); });
}

Status attach(Netlink& netlink, const Netns& netns, const PodLink& link) {
  Status created = create_pair(netlink, netns, link);
  if (created.code() == Code::kAlreadyExists) {
    KUBUS_TRY(detach(netlink, link.host_name));
    created = create_pair(netlink, netns, link);
  }
  KUBUS_TRY(std::move(created));
  KUBUS_TRY(configure_port(netlink, link));
  return netns.run([&link] { return configure_inside(link); });
}

Status detach(Netlink& netlink, const std::string& host_name) {
  Request request(RTM_DELLINK, 0);
  request.header(ifinfomsg{}).text(IFLA_IFNAME, host_name);
  Status status = netlink.run(std::move(request), "delete " + host_name);
  return status.code() == Code::kNotFound ? Status() : status;
}

Result<PodState> inspect(const Netns& netns) {
  PodState state;
  Status status = netns.run([&state]() -> Status {
    auto netlink = Netlink::open();
    if (!netlink.ok()) return netlink.status();
    auto links = netlink->links();
    if (!links.ok()) return links.status();
    const auto way_out = netlink->default_route_link();
    if (!way_out.ok()) return way_out.status();
    for (const auto& link : *links) {
      if (link.name == "lo") state.loopback_up = link.up;
      if (link.name != kPodInterface) continue;
      state.interface_up = link.up;
      state.default_route = *way_out == link.index;
      auto addresses = netlink->addresses(link.index);
      if (!addresses.ok()) return addresses.status();
      for (const auto& entry : *addresses) state.addresses.push_back(entry.address);
    }
    return {};
  });
  if (!status.ok()) return status;
  return state;
}

}  // namespace kubus::flannel
