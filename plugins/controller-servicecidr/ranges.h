// Which ServiceCIDRs may go, and what they say about themselves.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/networking/v1/ip_address.pb.h>
#include <k8s/networking/v1/service_cidr.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "kubus/api/time.h"
#include "kubus/api/types.h"

namespace kubus::servicecidr {

using networking_v1::IPAddress;
using networking_v1::ServiceCIDR;
using Ranges = std::vector<std::shared_ptr<const ServiceCIDR>>;

inline constexpr const char* kFinalizer = "networking.k8s.io/service-cidr-finalizer";
// What an allocator puts on the addresses it has given to Services.
inline constexpr const char* kManaged = "ipaddress.kubernetes.io/managed-by=ipallocator.k8s.io";

bool is_deleting(const ServiceCIDR& range);
bool contains(const ServiceCIDR& range, const std::string& address);
// Others that stay have all of it. `all` may have the range itself.
bool is_covered(const ServiceCIDR& range, const Ranges& all);
// An allocator's address that no range that stays has but this one.
bool holds(const IPAddress& address, const ServiceCIDR& range, const Ranges& all);

// Sets the condition Ready. False: it was so already.
bool set_ready(ServiceCIDR& range);
bool set_terminating(ServiceCIDR& range);

}  // namespace kubus::servicecidr
