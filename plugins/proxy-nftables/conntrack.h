// The kernel's memory of datagram flows. It outlives the rules that made it: a client that keeps
// sending would reach an endpoint that is gone for as long as it sends.
//
// Thread safety: pure but for the kernel; acts on the calling thread's network namespace.
#pragma once

#include <cstddef>
#include <vector>

#include "fragment.h"
#include "kubus/status.h"

namespace kubus::proxy_nftables {

// Forgets the UDP flows that went one of these ways; returns how many there were.
Result<std::size_t> forget_flows(Family family, const std::vector<UdpFlow>& flows);

}  // namespace kubus::proxy_nftables
