#include "bridge.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kubus::flannel {
namespace {

Status add_link(Netlink& netlink, const BridgeSettings& settings) {
  const MacAddress mac = mac_for(settings.pods.gateway());
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.header(ifinfomsg{})
      .text(IFLA_IFNAME, settings.name)
      .put(IFLA_ADDRESS, mac.data(), mac.size())
      .begin(IFLA_LINKINFO)
      .text(IFLA_INFO_KIND, "bridge")
      .end();
  Status status = netlink.run(std::move(request), "create bridge " + settings.name);
  return status.code() == Code::kAlreadyExists ? Status() : status;
}

Status configure_link(Netlink& netlink, int index, const BridgeSettings& settings) {
  const MacAddress mac = mac_for(settings.pods.gateway());
  ifinfomsg link{};
  link.ifi_index = index;
  link.ifi_flags = link.ifi_change = IFF_UP;
  Request request(RTM_NEWLINK, 0);
  request.header(link).put(IFLA_ADDRESS, mac.data(), mac.size()).u32(IFLA_MTU, settings.mtu);
  return netlink.run(std::move(request), "configure bridge " + settings.name);
}

Request address_request(int type, int flags, int index, Ipv4 address, int bits) {
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = static_cast<std::uint8_t>(bits);
  header.ifa_index = static_cast<unsigned>(index);
  Request request(type, flags);
  request.header(header).address(IFA_LOCAL, address).address(IFA_ADDRESS, address);
  return request;
}

Status set_address(Netlink& netlink, int index, const BridgeSettings& settings) {
  const Ipv4 gateway = settings.pods.gateway();
  KUBUS_TRY(netlink.run(address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, gateway,
                                        settings.pods.bits),
                        "address of bridge " + settings.name));
  auto present = netlink.addresses(index);
  if (!present.ok()) return present.status();
  for (const auto& old : *present) {
    if (old.address == gateway && old.bits == settings.pods.bits) continue;
    KUBUS_TRY(netlink.run(address_request(RTM_DELADDR, 0, index, old.address, old.bits),
                          "remove address " + old.address.str() + " of " + settings.name));
  }
  return {};
}

Status add_service_route(Netlink& netlink, int index, const BridgeSettings& settings) {
  if (!settings.services) return {};
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_dst_len = static_cast<std::uint8_t>(settings.services->bits);
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = RTPROT_STATIC;
  header.rtm_scope = RT_SCOPE_LINK;
  header.rtm_type = RTN_UNICAST;
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  request.header(header)
      .address(RTA_DST, settings.services->base)
      .u32(RTA_OIF, static_cast<std::uint32_t>(index))
      .address(RTA_PREFSRC, settings.pods.gateway());
  return netlink.run(std::move(request), "route to " + settings.services->str());
}

}  // namespace

MacAddress mac_for(Ipv4 address) {
  const auto byte = [&](int shift) { return static_cast<std::uint8_t>(address.value >> shift); };
  return {0x0a, 0x58, byte(24), byte(16), byte(8), byte(0)};
}

Result<int> ensure_bridge(Netlink& netlink, const BridgeSettings& settings) {
  KUBUS_TRY(add_link(netlink, settings));
  auto link = netlink.find_link(settings.name);
  if (!link.ok()) return link.status();
  if (!*link) return Status(Code::kInternalError, "bridge " + settings.name + " vanished");
  if ((*link)->kind != "bridge")
    return Status(Code::kInvalid, "interface " + settings.name +
                                      " exists and is no bridge; configure another bridge name");
  const int index = (*link)->index;
  KUBUS_TRY(configure_link(netlink, index, settings));
  KUBUS_TRY(set_address(netlink, index, settings));
  KUBUS_TRY(add_service_route(netlink, index, settings));
  KUBUS_TRY(set_sysctl("net/ipv4/ip_forward", "1"));
  // A host port reached as 127.0.0.1 leaves through the bridge and comes back for it.
  const std::string mine = "net/ipv4/conf/" + settings.name + "/";
  KUBUS_TRY(set_sysctl(mine + "route_localnet", "1"));
  // Pods of one node talk through the node on purpose; it must not tell them a shorter way.
  KUBUS_TRY(set_sysctl(mine + "send_redirects", "0"));
  return index;
}

Status remove_bridge(Netlink& netlink, const std::string& name) {
  auto link = netlink.find_link(name);
  if (!link.ok()) return link.status();
  if (!*link || (*link)->kind != "bridge") return {};
  ifinfomsg header{};
  header.ifi_index = (*link)->index;
  Request request(RTM_DELLINK, 0);
  request.header(header);
  Status status = netlink.run(std::move(request), "delete bridge " + name);
  return status.code() == Code::kNotFound ? Status() : status;
}

unsigned uplink_mtu(Netlink& netlink) {
  const auto index = netlink.default_route_link();
  if (!index.ok() || *index == 0) return 1500;
  auto links = netlink.links();
  if (!links.ok()) return 1500;
  for (const auto& link : *links)
    if (link.index == *index && link.mtu != 0) return link.mtu;
  return 1500;
}

Status set_sysctl(const std::string& path, const std::string& value) {
  const std::string file = "/proc/sys/" + path;
  const auto fail = [&] {
    const int error = errno;
    return Status(Code::kInternalError, file + ": " + std::strerror(error));
  };
  const int reader = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (reader < 0) return fail();
  char present[32] = {};
  const ssize_t got = read(reader, present, sizeof present - 1);
  close(reader);
  if (got > 0 && std::string(present, std::strcspn(present, "\n")) == value) return {};
  const int writer = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (writer < 0) return fail();
  const ssize_t put = write(writer, value.data(), value.size());
  const Status status = put < 0 ? fail() : Status();
  close(writer);
  return status;
}

}  // namespace kubus::flannel
