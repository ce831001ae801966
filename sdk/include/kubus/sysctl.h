// Settings of the kernel (sysctls) as pods name them: whoever lets a pod in and whoever runs it
// share these rules.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace kubus {

inline constexpr std::size_t kLongestSysctl = 253;

// The form of a name, with dots or slashes between its parts.
bool is_sysctl_name(std::string_view name);
// With dots between the parts, which may have slashes in them: "net/ipv4/conf/eth0.1/rp_filter" is
// "net.ipv4.conf.eth0/1.rp_filter".
std::string normal_sysctl_name(std::string name);

// Which of a pod's namespaces a setting is of; kNone: none, it is of the whole node.
enum class SysctlScope { kNone, kNetwork, kIpc };
// `name` in its normal form, or what all names of a group begin with.
SysctlScope sysctl_scope(std::string_view name);

}  // namespace kubus
