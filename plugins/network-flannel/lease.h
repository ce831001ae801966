// Lease: which sandbox holds which address, and the ports of the node that lead to it.
//
// Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipv4.h"

namespace kubus::flannel {

struct HostPort {
  std::string protocol;  // tcp, udp or sctp
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;
  Ipv4 host_ip;  // zero: every address of the node
  bool operator==(const HostPort&) const = default;
  // True when both claim the same port of the same address.
  bool clashes_with(const HostPort& other) const;
  // "tcp/8080" or "tcp/192.0.2.1:8080", for messages.
  std::string str() const;
};

struct Lease {
  Ipv4 address;
  std::string sandbox;
  std::vector<HostPort> ports;
  bool operator==(const Lease&) const = default;
};

// "tcp:80:8080:0.0.0.0,udp:53:53:192.0.2.1", or "-" for none; parse reads it back.
std::string format_ports(const std::vector<HostPort>& ports);
std::optional<std::vector<HostPort>> parse_ports(std::string_view text);

}  // namespace kubus::flannel
