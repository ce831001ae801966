// IpAddress, IpNetwork: addresses of both families and the networks they are in.
//
// Thread safety: values; pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kubus {

struct IpAddress {
  int family = 4;                         // or 6
  std::array<unsigned char, 16> bytes{};  // of version 4 the first four

  std::size_t bits() const { return family == 4 ? 32 : 128; }
  // Written the one way that is preferred.
  std::string text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

struct IpNetwork {
  IpAddress address;       // its bits behind the prefix may be set
  std::size_t prefix = 0;  // bits

  bool contains(const IpAddress& other) const;
  IpNetwork masked() const;
  std::string text() const;
  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;
};

// Nothing for what is no address; one with a zone is none.
std::optional<IpAddress> parse_ip(std::string_view text);
// "10.0.0.0/8".
std::optional<IpNetwork> parse_network(std::string_view text);

}  // namespace kubus
