// The default seccomp profile, as OCI JSON.
//
// Thread safety: free functions.
#pragma once

#include <set>
#include <string>

namespace kubus::runtime_oci {

// The value of linux.seccomp for a container with these capabilities ("CAP_NET_RAW").
std::string default_seccomp_profile(const std::set<std::string>& capabilities);

}  // namespace kubus::runtime_oci
