// The IPAddress objects by which it is written down which Service has which address.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/networking/v1/ip_address.pb.h>

#include <string>

#include "kubus/api/resource.h"
#include "kubus/api/types.h"
#include "kubus/ip.h"

namespace kubus::apiserver {

inline constexpr const char* kAddressFamilyLabel = "ipaddress.kubernetes.io/ip-family";
inline constexpr const char* kAddressManagerLabel = "ipaddress.kubernetes.io/managed-by";
inline constexpr const char* kAddressManager = "ipallocator.k8s.io";

const ResourceInfo& address_kind();
const ResourceInfo& range_kind();  // of ServiceCIDRs

const char* family_name(int family);

// As a client would send it.
networking_v1::IPAddress address_object(const IpAddress& address, const std::string& service_ns,
                                        const std::string& service_name);
// Made by an allocator of Services.
bool is_managed(const networking_v1::IPAddress& object);
bool has_labels_of(const networking_v1::IPAddress& object, const IpAddress& address);
// "ns/name" of the Service that has it; empty when something else does.
std::string service_of(const networking_v1::IPAddress& object);

}  // namespace kubus::apiserver
