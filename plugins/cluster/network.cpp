#include "network.h"

#include <fcntl.h>
#include <net/if.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/route.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>

namespace kubus::cluster {
namespace {

Status system_error(const std::string& what) {
  return Status(Code::kInternalError, what + ": " + std::strerror(errno));
}
Status netlink_error(const std::string& what, int error) {
  return Status(Code::kInternalError, what + ": " + nl_geterror(error));
}

struct FreeSocket {
  void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};
using Socket = std::unique_ptr<nl_sock, FreeSocket>;
struct PutLink {
  void operator()(rtnl_link* link) const { rtnl_link_put(link); }
};
using Link = std::unique_ptr<rtnl_link, PutLink>;
struct PutAddress {
  void operator()(nl_addr* address) const { nl_addr_put(address); }
};
using Address = std::unique_ptr<nl_addr, PutAddress>;

// A namespace lives as long as this mount, and can be entered by its path.
Status keep_own_netns(const std::string& path) {
  if (::mount("/proc/thread-self/ns/net", path.c_str(), "none", MS_BIND, nullptr) == 0) return {};
  return system_error("cannot keep the network namespace at " + path);
}

Result<Socket> connect_route() {
  Socket socket(nl_socket_alloc());
  if (!socket) return Status(Code::kInternalError, "no memory for a netlink socket");
  if (const int error = nl_connect(socket.get(), NETLINK_ROUTE); error < 0)
    return netlink_error("netlink", error);
  return socket;
}

Result<Address> parse_address(const std::string& text) {
  nl_addr* address = nullptr;
  if (const int error = nl_addr_parse(text.c_str(), AF_INET, &address); error < 0)
    return netlink_error(text, error);
  return Address(address);
}

Status set_up(nl_sock* socket, const std::string& name) {
  rtnl_link* found = nullptr;
  if (const int error = rtnl_link_get_kernel(socket, 0, name.c_str(), &found); error < 0)
    return netlink_error("interface " + name, error);
  Link link(found);
  Link change(rtnl_link_alloc());
  rtnl_link_set_flags(change.get(), IFF_UP);
  if (const int error = rtnl_link_change(socket, link.get(), change.get(), 0); error < 0)
    return netlink_error("cannot set " + name + " up", error);
  return {};
}

Status add_address(nl_sock* socket, const std::string& name, const std::string& cidr) {
  rtnl_link* found = nullptr;
  if (const int error = rtnl_link_get_kernel(socket, 0, name.c_str(), &found); error < 0)
    return netlink_error("interface " + name, error);
  Link link(found);
  auto local = parse_address(cidr);
  if (!local.ok()) return local.status();
  std::unique_ptr<rtnl_addr, decltype(&rtnl_addr_put)> address(rtnl_addr_alloc(), rtnl_addr_put);
  rtnl_addr_set_ifindex(address.get(), rtnl_link_get_ifindex(link.get()));
  rtnl_addr_set_local(address.get(), local->get());
  const int error = rtnl_addr_add(socket, address.get(), 0);
  if (error < 0 && error != -NLE_EXIST) return netlink_error("address " + cidr, error);
  return {};
}

// A route that ends here: blackholed, or (with `source`) taken to the loopback interface, where
// what no proxy rule has rewritten is dropped. A blackhole would refuse a local connection before
// any rule sees it.
Status add_dead_end(nl_sock* socket, const std::string& cidr, const std::string& source) {
  auto destination = parse_address(cidr);
  if (!destination.ok()) return destination.status();
  std::unique_ptr<rtnl_route, decltype(&rtnl_route_put)> route(rtnl_route_alloc(), rtnl_route_put);
  rtnl_route_set_table(route.get(), RT_TABLE_MAIN);
  rtnl_route_set_protocol(route.get(), RTPROT_STATIC);
  // Any route of the node itself is preferred.
  rtnl_route_set_priority(route.get(), 4096);
  rtnl_route_set_dst(route.get(), destination->get());
  if (source.empty()) {
    rtnl_route_set_type(route.get(), RTN_BLACKHOLE);
    rtnl_route_set_scope(route.get(), RT_SCOPE_UNIVERSE);
  } else {
    auto preferred = parse_address(source);
    if (!preferred.ok()) return preferred.status();
    rtnl_route_set_type(route.get(), RTN_UNICAST);
    rtnl_route_set_scope(route.get(), RT_SCOPE_LINK);
    rtnl_route_set_pref_src(route.get(), preferred->get());
    rtnl_nexthop* hop = rtnl_route_nh_alloc();
    rtnl_route_nh_set_ifindex(hop, static_cast<int>(::if_nametoindex("lo")));
    rtnl_route_add_nexthop(route.get(), hop);
  }
  const int error = rtnl_route_add(socket, route.get(), NLM_F_CREATE | NLM_F_REPLACE);
  if (error < 0) return netlink_error("route " + cidr, error);
  return {};
}

}  // namespace

Status create_netns(const Cluster& cluster) {
  std::error_code error;
  std::filesystem::create_directories("/run/netns", error);
  const std::string path = cluster.netns_path();
  const int file = ::open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
  if (file < 0) return system_error("cannot make " + path);
  ::close(file);
  Status status;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) {
      status = system_error("cannot make a network namespace");
    } else if (status = keep_own_netns(path); !status.ok()) {
      return;
    } else if (auto socket = connect_route(); !socket.ok()) {
      status = socket.status();
    } else {
      status = set_up(socket->get(), "lo");
    }
  }).join();
  return status;
}

Status keep_host_netns(const Cluster& cluster) {
  const std::string path = cluster.host_netns_path();
  ::umount2(path.c_str(), MNT_DETACH);
  const int file = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0400);
  if (file < 0) return system_error("cannot make " + path);
  ::close(file);
  return keep_own_netns(path);
}

Status remove_netns(const Cluster& cluster) {
  const std::string path = cluster.netns_path();
  if (::umount2(path.c_str(), MNT_DETACH) != 0 && errno != EINVAL && errno != ENOENT)
    return system_error("cannot unmount " + path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("cannot remove " + path);
  return {};
}

Status in_netns(const Cluster& cluster, const std::function<Status()>& body) {
  Status status;
  std::thread([&] {
    const int ns = ::open(cluster.netns_path().c_str(), O_RDONLY | O_CLOEXEC);
    if (ns < 0 || ::setns(ns, CLONE_NEWNET) != 0) {
      status = system_error("cannot enter " + cluster.netns_path());
    } else {
      status = body();
    }
    if (ns >= 0) ::close(ns);
  }).join();
  return status;
}

Status create_link(const Cluster& cluster) {
  auto socket = connect_route();
  if (!socket.ok()) return socket.status();
  const int ns = ::open(cluster.netns_path().c_str(), O_RDONLY | O_CLOEXEC);
  if (ns < 0) return system_error("cannot open " + cluster.netns_path());
  Link link(rtnl_link_veth_alloc());
  rtnl_link_set_name(link.get(), cluster.host_link().c_str());
  rtnl_link* peer = rtnl_link_veth_get_peer(link.get());
  rtnl_link_set_name(peer, "eth0");
  rtnl_link_set_ns_fd(peer, ns);
  rtnl_link_put(peer);
  const int error = rtnl_link_add(socket->get(), link.get(), NLM_F_CREATE | NLM_F_EXCL);
  ::close(ns);
  if (error < 0) return netlink_error("cannot make the link " + cluster.host_link(), error);

  const std::string length = "/" + std::to_string(Cluster::kLinkPrefixLength);
  KUBUS_TRY(add_address(socket->get(), cluster.host_link(), cluster.host_address() + length));
  KUBUS_TRY(set_up(socket->get(), cluster.host_link()));
  return in_netns(cluster, [&]() -> Status {
    auto inside = connect_route();
    if (!inside.ok()) return inside.status();
    KUBUS_TRY(add_address(inside->get(), "eth0", cluster.node_address() + length));
    return set_up(inside->get(), "eth0");
  });
}

Status remove_link(const Cluster& cluster) {
  auto socket = connect_route();
  if (!socket.ok()) return socket.status();
  Link link(rtnl_link_alloc());
  rtnl_link_set_name(link.get(), cluster.host_link().c_str());
  const int error = rtnl_link_delete(socket->get(), link.get());
  if (error < 0 && error != -NLE_NODEV && error != -NLE_OBJ_NOTFOUND)
    return netlink_error("cannot remove the link " + cluster.host_link(), error);
  return {};
}

Status dead_end_cluster_ranges(const Cluster& cluster) {
  return in_netns(cluster, [&]() -> Status {
    auto socket = connect_route();
    if (!socket.ok()) return socket.status();
    KUBUS_TRY(add_dead_end(socket->get(), Cluster::kPodCidr, ""));
    return add_dead_end(socket->get(), Cluster::kServiceCidr, cluster.node_address());
  });
}

}  // namespace kubus::cluster
