// Limits on what a pod may send and receive: a token bucket on either end of its veth pair.
//
// Thread safety: as the Netlink that is passed, which must be in the interface's namespace.
#pragma once

#include <string>

#include "netlink.h"

namespace kubus::flannel {

// What leaves through the interface is held to this rate, in bits per second.
Status limit_rate(Netlink& netlink, const std::string& link, std::int64_t bits_per_second,
                  unsigned mtu);

}  // namespace kubus::flannel
