// Netlink: requests to the kernel's routing socket, through libnl.
//
// Thread safety: one thread at a time per object. A socket belongs to the network namespace of the
// thread that opened it and may then be used from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipv4.h"

struct nl_sock;
struct nl_msg;
struct nlattr;

namespace kubus::flannel {

// One message under construction. Attributes go in the order of the calls.
class Request {
 public:
  // `type` is RTM_*, `flags` NLM_F_* (request and acknowledgement are added).
  Request(int type, int flags);
  Request(Request&&) noexcept;
  ~Request();
  template <class Header>
  Request& header(const Header& header) {
    return raw(&header, sizeof header);
  }
  Request& raw(const void* data, std::size_t size);
  Request& u8(int attribute, std::uint8_t value) { return put(attribute, &value, sizeof value); }
  Request& u32(int attribute, std::uint32_t value) { return put(attribute, &value, sizeof value); }
  Request& text(int attribute, std::string_view value);
  Request& address(int attribute, Ipv4 value) { return u32(attribute, value.network_order()); }
  Request& put(int attribute, const void* data, std::size_t size);
  // Attributes put until end() are inside this one.
  Request& begin(int attribute);
  Request& end();
  nl_msg* release();

 private:
  nl_msg* message_;
  std::vector<nlattr*> open_;
};

struct Link {
  int index = 0;
  std::string name;
  std::string kind;  // "bridge", "veth"; empty for hardware
  int master = 0;
  unsigned mtu = 0;
  bool up = false;
};

class Netlink {
 public:
  // In the calling thread's network namespace.
  static Result<Netlink> open();

  // Sends and waits for the outcome. kAlreadyExists, kNotFound or kInternalError, with `what`.
  Status run(Request request, std::string_view what);
  // None when there is no such interface.
  Result<std::optional<Link>> find_link(const std::string& name);
  Result<std::vector<Link>> links();
  // The IPv4 addresses of an interface with their prefix lengths.
  struct Address {
    Ipv4 address;
    int bits = 0;
  };
  Result<std::vector<Address>> addresses(int link_index);
  // The interface of the default route; 0 when there is none.
  Result<int> default_route_link();

 private:
  struct Close {
    void operator()(nl_sock* socket) const;
  };
  std::unique_ptr<nl_sock, Close> socket_;
};

}  // namespace kubus::flannel
