// The chains of a service port with session affinity: a set per endpoint remembers its clients.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "fragment.h"

namespace kubus::proxy_nftables {

// Adds the chain that leads a client to its endpoint among `targets` (not empty), or to a new one;
// returns its name. `suffix` tells the lists of one port apart.
std::string add_affinity_chain(Fragment& fragment, const TableOptions& options,
                               const Service& service, const ServicePort& port,
                               const std::vector<Target>& targets, const char* suffix);

}  // namespace kubus::proxy_nftables
