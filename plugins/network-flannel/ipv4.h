// IPv4 addresses and ranges as numbers.
//
// Thread safety: values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::flannel {

struct Ipv4 {
  std::uint32_t value = 0;  // host byte order
  auto operator<=>(const Ipv4&) const = default;
  std::string str() const;
  std::uint32_t network_order() const;
  static std::optional<Ipv4> parse(std::string_view text);
};

// "10.244.0.0/24"; the base has no host bits.
struct Ipv4Range {
  Ipv4 base;
  int bits = 0;
  bool operator==(const Ipv4Range&) const = default;
  std::string str() const;
  bool contains(Ipv4 address) const;
  Ipv4 last() const;
  // What pods use as their router: the first address after the base.
  Ipv4 gateway() const { return {base.value + 1}; }
  // kInvalid for what is no IPv4 range or has host bits set.
  static Result<Ipv4Range> parse(std::string_view text);
};

}  // namespace kubus::flannel
