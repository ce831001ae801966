#include "netlink.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#include <cstring>
#include <new>

namespace kubus::flannel {
namespace {

// No request of ours comes near it; libnl's default is one page as well.
constexpr std::size_t kMessageSize = 4096;

Status failure(int error, std::string_view what) {
  Code code = Code::kInternalError;
  if (error == -NLE_EXIST) code = Code::kAlreadyExists;
  if (error == -NLE_OBJ_NOTFOUND || error == -NLE_NODEV) code = Code::kNotFound;
  return Status(code, std::string(what) + ": " + nl_geterror(error));
}

Link describe(rtnl_link* raw) {
  Link link;
  link.index = rtnl_link_get_ifindex(raw);
  if (const char* name = rtnl_link_get_name(raw)) link.name = name;
  if (const char* kind = rtnl_link_get_type(raw)) link.kind = kind;
  link.master = rtnl_link_get_master(raw);
  link.mtu = rtnl_link_get_mtu(raw);
  link.up = rtnl_link_get_flags(raw) & IFF_UP;
  return link;
}

struct FreeCache {
  void operator()(nl_cache* cache) const { nl_cache_free(cache); }
};
using Cache = std::unique_ptr<nl_cache, FreeCache>;

}  // namespace

Request::Request(int type, int flags) : message_(nlmsg_alloc_size(kMessageSize)) {
  if (!message_) throw std::bad_alloc();
  nlmsg_put(message_, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, flags | NLM_F_REQUEST | NLM_F_ACK);
}

Request::Request(Request&& other) noexcept
    : message_(std::exchange(other.message_, nullptr)), open_(std::move(other.open_)) {}

Request::~Request() {
  if (message_) nlmsg_free(message_);
}

Request& Request::raw(const void* data, std::size_t size) {
  if (nlmsg_append(message_, const_cast<void*>(data), size, NLMSG_ALIGNTO) != 0)
    throw std::bad_alloc();
  return *this;
}

Request& Request::text(int attribute, std::string_view value) {
  const std::string terminated(value);
  return put(attribute, terminated.c_str(), terminated.size() + 1);
}

Request& Request::put(int attribute, const void* data, std::size_t size) {
  if (nla_put(message_, attribute, static_cast<int>(size), data) != 0) throw std::bad_alloc();
  return *this;
}

Request& Request::begin(int attribute) {
  nlattr* nest = nla_nest_start(message_, attribute);
  if (!nest) throw std::bad_alloc();
  open_.push_back(nest);
  return *this;
}

Request& Request::end() {
  nla_nest_end(message_, open_.back());
  open_.pop_back();
  return *this;
}

nl_msg* Request::release() { return std::exchange(message_, nullptr); }

void Netlink::Close::operator()(nl_sock* socket) const { nl_socket_free(socket); }

Result<Netlink> Netlink::open() {
  Netlink out;
  out.socket_.reset(nl_socket_alloc());
  if (!out.socket_) return Status(Code::kInternalError, "netlink socket: out of memory");
  if (const int error = nl_connect(out.socket_.get(), NETLINK_ROUTE); error != 0)
    return failure(error, "netlink socket");
  return out;
}

Status Netlink::run(Request request, std::string_view what) {
  const int error = nl_send_sync(socket_.get(), request.release());
  return error < 0 ? failure(error, what) : Status();
}

Result<std::optional<Link>> Netlink::find_link(const std::string& name) {
  rtnl_link* raw = nullptr;
  const int error = rtnl_link_get_kernel(socket_.get(), 0, name.c_str(), &raw);
  if (error == -NLE_OBJ_NOTFOUND || error == -NLE_NODEV) return std::optional<Link>();
  if (error != 0) return failure(error, "look up interface " + name);
  std::optional<Link> link = describe(raw);
  rtnl_link_put(raw);
  return link;
}

Result<std::vector<Link>> Netlink::links() {
  nl_cache* raw = nullptr;
  if (const int error = rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, &raw); error != 0)
    return failure(error, "list interfaces");
  const Cache cache(raw);
  std::vector<Link> out;
  for (nl_object* at = nl_cache_get_first(raw); at; at = nl_cache_get_next(at))
    out.push_back(describe(reinterpret_cast<rtnl_link*>(at)));
  return out;
}

Result<std::vector<Netlink::Address>> Netlink::addresses(int link_index) {
  nl_cache* raw = nullptr;
  if (const int error = rtnl_addr_alloc_cache(socket_.get(), &raw); error != 0)
    return failure(error, "list addresses");
  const Cache cache(raw);
  std::vector<Address> out;
  for (nl_object* at = nl_cache_get_first(raw); at; at = nl_cache_get_next(at)) {
    auto* entry = reinterpret_cast<rtnl_addr*>(at);
    nl_addr* local = rtnl_addr_get_local(entry);
    if (rtnl_addr_get_ifindex(entry) != link_index || !local ||
        nl_addr_get_family(local) != AF_INET)
      continue;
    std::uint32_t value = 0;
    std::memcpy(&value, nl_addr_get_binary_addr(local), sizeof value);
    out.push_back({Ipv4{__builtin_bswap32(value)}, rtnl_addr_get_prefixlen(entry)});
  }
  return out;
}

Result<int> Netlink::default_route_link() {
  nl_cache* raw = nullptr;
  if (const int error = rtnl_route_alloc_cache(socket_.get(), AF_INET, 0, &raw); error != 0)
    return failure(error, "list routes");
  const Cache cache(raw);
  for (nl_object* at = nl_cache_get_first(raw); at; at = nl_cache_get_next(at)) {
    auto* route = reinterpret_cast<rtnl_route*>(at);
    const nl_addr* to = rtnl_route_get_dst(route);
    if (rtnl_route_get_table(route) != RT_TABLE_MAIN || (to && nl_addr_get_prefixlen(to) != 0) ||
        rtnl_route_get_type(route) != RTN_UNICAST || rtnl_route_get_nnexthops(route) == 0)
      continue;
    return rtnl_route_nh_get_ifindex(rtnl_route_nexthop_n(route, 0));
  }
  return 0;
}

}  // namespace kubus::flannel
