#include "sysctl_allowlist.h"

#include <algorithm>

#include "kubus/sysctl.h"

namespace kubus::kubelet {
namespace {

constexpr const char* kSafe[] = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
};
constexpr std::string_view kPattern =
    "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*([a-z0-9][-_a-z0-9]*)?[a-z0-9*]$";

// Where a star may end a name a letter may as well.
bool is_pattern(std::string text) {
  if (text.ends_with('*')) text.back() = 'a';
  return is_sysctl_name(text);
}

}  // namespace

SysctlAllowlist::SysctlAllowlist() : names_(std::begin(kSafe), std::end(kSafe)) {}

Result<SysctlAllowlist> SysctlAllowlist::with_unsafe(const std::vector<std::string>& patterns) {
  SysctlAllowlist list;
  for (const std::string& pattern : patterns) KUBUS_TRY(list.allow(pattern));
  return list;
}

Status SysctlAllowlist::allow(const std::string& pattern) {
  if (!is_pattern(pattern))
    return {Code::kInvalid, "sysctl \"" + pattern + "\" must have at most " +
                                std::to_string(kLongestSysctl) + " characters and match regex " +
                                std::string(kPattern)};
  std::string name = normal_sysctl_name(pattern);
  const bool is_prefix = name.ends_with('*');
  if (is_prefix) name.pop_back();
  // What is of the whole node no pod may set, whoever trusts it.
  if (sysctl_scope(name) == SysctlScope::kNone)
    return {Code::kInvalid, "the sysctls \"" + name + "\" are not known to be namespaced"};
  if (is_prefix)
    prefixes_.push_back(std::move(name));
  else
    names_.insert(std::move(name));
  return {};
}

bool SysctlAllowlist::allows(const std::string& name) const {
  return names_.contains(name) ||
         std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

std::optional<Rejection> SysctlAllowlist::check(const core_v1::Pod& pod) const {
  const auto refused = [](const std::string& name, const std::string& why) {
    return Rejection{"SysctlForbidden", "forbidden sysctl: \"" + name + "\" not " + why};
  };
  for (const auto& sysctl : pod.spec().securitycontext().sysctls()) {
    const std::string name = normal_sysctl_name(sysctl.name());
    if (!allows(name)) return refused(name, "allowlisted");
    const SysctlScope scope = sysctl_scope(name);
    if (scope == SysctlScope::kIpc && pod.spec().hostipc())
      return refused(name, "allowed with host IPC enabled");
    if (scope == SysctlScope::kNetwork && pod.spec().hostnetwork())
      return refused(name, "allowed with host Net enabled");
  }
  return std::nullopt;
}

}  // namespace kubus::kubelet
