#include "conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <array>
#include <memory>
#include <string>

namespace kubus::proxy_nftables {
namespace {

struct FreeSocket {
  void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};
using Socket = std::unique_ptr<nl_sock, FreeSocket>;

struct FreeMessage {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};
using Message = std::unique_ptr<nl_msg, FreeMessage>;

// One direction of a flow.
struct Tuple {
  std::string source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  bool udp = false;
};

// An entry to delete: attributes as the kernel gave them.
using Attribute = std::vector<unsigned char>;
struct Entry {
  Attribute original, id, zone;
};

struct Search {
  Family family;
  const std::set<UdpFlow>* flows;
  std::vector<Entry> found;
};

std::string address_in(nlattr* attribute, Family family) {
  char text[INET6_ADDRSTRLEN] = {};
  const int wanted = family == Family::kIpv4 ? 4 : 16;
  if (!attribute || nla_len(attribute) < wanted) return {};
  inet_ntop(family == Family::kIpv4 ? AF_INET : AF_INET6, nla_data(attribute), text, sizeof text);
  return text;
}

std::uint16_t port_in(nlattr* attribute) {
  return attribute && nla_len(attribute) >= 2 ? ntohs(nla_get_u16(attribute)) : 0;
}

Tuple read_tuple(nlattr* attribute, Family family) {
  Tuple tuple;
  std::array<nlattr*, CTA_TUPLE_MAX + 1> parts{};
  if (nla_parse_nested(parts.data(), CTA_TUPLE_MAX, attribute, nullptr) != 0) return tuple;
  std::array<nlattr*, CTA_IP_MAX + 1> ip{};
  std::array<nlattr*, CTA_PROTO_MAX + 1> proto{};
  if (!parts[CTA_TUPLE_IP] || !parts[CTA_TUPLE_PROTO] ||
      nla_parse_nested(ip.data(), CTA_IP_MAX, parts[CTA_TUPLE_IP], nullptr) != 0 ||
      nla_parse_nested(proto.data(), CTA_PROTO_MAX, parts[CTA_TUPLE_PROTO], nullptr) != 0)
    return tuple;
  const bool four = family == Family::kIpv4;
  tuple.source = address_in(ip[four ? CTA_IP_V4_SRC : CTA_IP_V6_SRC], family);
  tuple.destination = address_in(ip[four ? CTA_IP_V4_DST : CTA_IP_V6_DST], family);
  tuple.udp = proto[CTA_PROTO_NUM] && nla_get_u8(proto[CTA_PROTO_NUM]) == IPPROTO_UDP;
  tuple.source_port = port_in(proto[CTA_PROTO_SRC_PORT]);
  tuple.destination_port = port_in(proto[CTA_PROTO_DST_PORT]);
  return tuple;
}

Attribute copy_of(nlattr* attribute) {
  if (!attribute) return {};
  const auto* data = static_cast<const unsigned char*>(nla_data(attribute));
  return Attribute(data, data + nla_len(attribute));
}

int on_entry(nl_msg* message, void* argument) {
  auto& search = *static_cast<Search*>(argument);
  std::array<nlattr*, CTA_MAX + 1> parts{};
  if (nlmsg_parse(nlmsg_hdr(message), sizeof(nfgenmsg), parts.data(), CTA_MAX, nullptr) != 0 ||
      !parts[CTA_TUPLE_ORIG] || !parts[CTA_TUPLE_REPLY])
    return NL_OK;
  const Tuple there = read_tuple(parts[CTA_TUPLE_ORIG], search.family);
  if (!there.udp) return NL_OK;
  const Tuple back = read_tuple(parts[CTA_TUPLE_REPLY], search.family);
  const Target target{back.source, back.source_port};
  if (!search.flows->contains({there.destination, there.destination_port, target}) &&
      !search.flows->contains({"", there.destination_port, target}))
    return NL_OK;
  search.found.push_back(
      {copy_of(parts[CTA_TUPLE_ORIG]), copy_of(parts[CTA_ID]), copy_of(parts[CTA_ZONE])});
  return NL_OK;
}

Message make(int type, int flags, Family family) {
  Message message(nlmsg_alloc_simple((NFNL_SUBSYS_CTNETLINK << 8) | type, NLM_F_REQUEST | flags));
  if (!message) return nullptr;
  const nfgenmsg header{static_cast<__u8>(family == Family::kIpv4 ? AF_INET : AF_INET6),
                        NFNETLINK_V0, 0};
  if (nlmsg_append(message.get(), const_cast<nfgenmsg*>(&header), sizeof header, NLMSG_ALIGNTO))
    return nullptr;
  return message;
}

Status failure(const char* what, int error) {
  return Status(Code::kInternalError, std::string(what) + ": " + nl_geterror(error));
}

Status search_all(nl_sock* socket, Search& search) {
  const Message request = make(IPCTNL_MSG_CT_GET, NLM_F_DUMP, search.family);
  if (!request) return failure("list flows", -NLE_NOMEM);
  nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, on_entry, &search);
  if (const int sent = nl_send_auto(socket, request.get()); sent < 0)
    return failure("list flows", sent);
  const int error = nl_recvmsgs_default(socket);
  return error < 0 ? failure("list flows", error) : Status();
}

// False when it is gone already.
Result<bool> forget(nl_sock* socket, Family family, const Entry& entry) {
  Message request = make(IPCTNL_MSG_CT_DELETE, NLM_F_ACK, family);
  if (!request) return failure("forget a flow", -NLE_NOMEM);
  const auto put = [&](int type, const Attribute& data) {
    if (!data.empty()) nla_put(request.get(), type, static_cast<int>(data.size()), data.data());
  };
  put(CTA_TUPLE_ORIG | NLA_F_NESTED, entry.original);
  put(CTA_ID, entry.id);
  put(CTA_ZONE, entry.zone);
  const int error = nl_send_sync(socket, request.release());
  if (error == -NLE_OBJ_NOTFOUND) return false;
  if (error < 0) return failure("forget a flow", error);
  return true;
}

}  // namespace

Result<std::size_t> forget_flows(Family family, const std::vector<UdpFlow>& flows) {
  if (flows.empty()) return std::size_t{0};
  const Socket lister(nl_socket_alloc()), deleter(nl_socket_alloc());
  if (!lister || !deleter) return failure("netfilter socket", -NLE_NOMEM);
  for (nl_sock* socket : {lister.get(), deleter.get()})
    if (const int error = nl_connect(socket, NETLINK_NETFILTER); error < 0)
      return failure("netfilter socket", error);
  const std::set<UdpFlow> wanted(flows.begin(), flows.end());
  Search search{family, &wanted, {}};
  nl_socket_disable_seq_check(lister.get());
  if (Status status = search_all(lister.get(), search); !status.ok()) return status;
  std::size_t count = 0;
  for (const auto& entry : search.found) {
    auto gone = forget(deleter.get(), family, entry);
    if (!gone.ok()) return gone.status();
    count += *gone;
  }
  return count;
}

}  // namespace kubus::proxy_nftables
