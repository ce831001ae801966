// Which endpoints stand behind a service port, for each way in.
//
// Thread safety: values and pure functions.
#pragma once

#include <string>
#include <vector>

#include "model.h"

namespace kubus::proxy_nftables {

struct Target {
  std::string address;
  std::uint16_t port = 0;
  auto operator<=>(const Target&) const = default;
  // "10.0.0.1 . 80", a value of a map.
  std::string value() const { return address + " . " + std::to_string(port); }
};

struct Backends {
  std::vector<Target> all;    // of the cluster
  std::vector<Target> local;  // of this node
  // Addresses that may run here and call themselves.
  std::vector<std::string> hairpin;
};

// Ready endpoints; while there is none, those that end but still serve. In a fixed order, each
// once.
Backends select_backends(const ServicePort& port, Family family,
                         const std::vector<const EndpointSlice*>& slices);

// `wanted` (sorted, without doubles) in an order in which as many as possible keep their place in
// `previous`.
std::vector<Target> keep_places(const std::vector<Target>& previous,
                                const std::vector<Target>& wanted);

}  // namespace kubus::proxy_nftables
