// As whom and with what rights containers run.
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/security.pb.h>

#include <algorithm>
#include <limits>
#include <set>

#include "kubus/sysctl.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kLongestProfile = 4095;
constexpr std::string_view kSysctlPattern =
    "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

void check_id(bool present, std::int64_t id, const Path& path, ErrorList& errors) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (present && (id < 0 || id > kMax)) errors.invalid(path, id, range_message(0, kMax));
}

void check_seccomp(const core_v1::SeccompProfile& profile, const Path& path, ErrorList& errors) {
  const std::string& type = profile.type();
  if (type.empty()) {
    errors.required(path.child("type"), "type is required when seccompProfile is set");
  } else {
    check_one_of(type, {"Localhost", "RuntimeDefault", "Unconfined"}, path.child("type"), errors);
  }
  const Path file = path.child("localhostProfile");
  if (type == "Localhost") {
    if (!profile.has_localhostprofile()) {
      errors.required(file, "must be set when seccomp type is Localhost");
    } else {
      check_descending_path(profile.localhostprofile(), file, errors);
    }
  } else if (profile.has_localhostprofile()) {
    errors.invalid_json(file, internal_json(profile),
                        "can only be set when seccomp type is Localhost");
  }
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

void check_app_armor(const core_v1::AppArmorProfile& profile, const Path& path, ErrorList& errors) {
  constexpr std::string_view kMissing = "must be set when AppArmor type is Localhost";
  const std::string& type = profile.type();
  const Path name = path.child("localhostProfile");
  const std::string& local = profile.localhostprofile();
  if (type.empty()) {
    errors.required(path.child("type"), "type is required when appArmorProfile is set");
  } else if (type == "Localhost") {
    if (!profile.has_localhostprofile()) return errors.required(name, kMissing);
    if (trimmed(local) != local) {
      errors.invalid(name, local, "must not be padded with whitespace");
    } else if (local.empty()) {
      errors.required(name, kMissing);
    }
    if (local.size() > kLongestProfile) errors.too_long(name, kLongestProfile);
  } else if (type == "RuntimeDefault" || type == "Unconfined") {
    if (profile.has_localhostprofile()) {
      errors.invalid(name, local, "can only be set when AppArmor type is Localhost");
    }
  } else {
    errors.not_supported(path.child("type"), type, {"Localhost", "RuntimeDefault", "Unconfined"});
  }
}

// The node's own settings are not for a pod that shares its network or its communication.
void check_host_sysctl(const core_v1::PodSpec& spec, const std::string& sysctl, const Path& path,
                       ErrorList& errors) {
  const SysctlScope scope = sysctl_scope(normal_sysctl_name(sysctl));
  if (spec.hostnetwork() && scope == SysctlScope::kNetwork)
    errors.invalid(path, sysctl, "may not be specified when 'hostNetwork' is true");
  else if (spec.hostipc() && scope == SysctlScope::kIpc)
    errors.invalid(path, sysctl, "may not be specified when 'hostIPC' is true");
}

void check_sysctls(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto& context = spec.securitycontext();
  std::set<std::string> names;
  for (int i = 0; i < context.sysctls_size(); ++i) {
    const std::string& name = context.sysctls(i).name();
    const Path at = path.index(i).child("name");
    if (name.empty()) {
      errors.required(at);
    } else if (!is_sysctl_name(name)) {
      errors.invalid(
          at, name,
          "must have at most 253 characters and match regex " + std::string(kSysctlPattern));
    } else if (names.contains(name)) {
      errors.duplicate(at, name);
    }
    check_host_sysctl(spec, name, at, errors);
    names.insert(name);
  }
}

void check_host_network(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.hostnetwork()) return;
  for (int i = 0; i < spec.containers_size(); ++i) {
    const auto& ports = spec.containers(i).ports();
    for (int j = 0; j < ports.size(); ++j) {
      if (ports[j].hostport() == ports[j].containerport()) continue;
      errors.invalid(path.index(i).child("ports").index(j).child("containerPort"),
                     ports[j].containerport(), "must match `hostPort` when `hostNetwork` is true");
    }
  }
}

}  // namespace

void check_host_users(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.has_hostusers() || spec.hostusers()) return;
  constexpr std::string_view kWhy = "when `hostUsers` is false";
  if (spec.hostnetwork()) errors.forbidden(path.child("hostNetwork"), kWhy);
  if (spec.hostpid()) errors.forbidden(path.child("HostPID"), kWhy);
  if (spec.hostipc()) errors.forbidden(path.child("HostIPC"), kWhy);
}

void check_security_context(const core_v1::SecurityContext& context, const core_v1::PodSpec& pod,
                            const Path& path, ErrorList& errors) {
  check_id(context.has_runasuser(), context.runasuser(), path.child("runAsUser"), errors);
  check_id(context.has_runasgroup(), context.runasgroup(), path.child("runAsGroup"), errors);
  if (context.has_procmount()) {
    const Path at = path.child("procMount");
    check_one_of(context.procmount(), {"Default", "Unmasked"}, at, errors);
    const bool host_users = !pod.has_hostusers() || pod.hostusers();
    if (host_users && context.procmount() == "Unmasked") {
      errors.invalid(at, context.procmount(), "`hostUsers` must be false to use `Unmasked`");
    }
  }
  if (context.has_seccompprofile()) {
    check_seccomp(context.seccompprofile(), path.child("seccompProfile"), errors);
  }
  if (context.has_allowprivilegeescalation() && !context.allowprivilegeescalation()) {
    if (context.privileged()) {
      errors.invalid_json(path, internal_json(context),
                          "cannot set `allowPrivilegeEscalation` to false and `privileged` to "
                          "true");
    }
    const auto& added = context.capabilities().add();
    if (std::find(added.begin(), added.end(), "CAP_SYS_ADMIN") != added.end()) {
      errors.invalid_json(path, internal_json(context),
                          "cannot set `allowPrivilegeEscalation` to false and "
                          "`capabilities.Add` CAP_SYS_ADMIN");
    }
  }
  check_windows_options(context.windowsoptions(), path.child("windowsOptions"), errors);
  if (context.has_apparmorprofile()) {
    check_app_armor(context.apparmorprofile(), path.child("appArmorProfile"), errors);
  }
}

void check_pod_security(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto& context = spec.securitycontext();
  const Path at = path.child("securityContext");
  check_host_network(spec, path.child("containers"), errors);
  check_id(context.has_fsgroup(), context.fsgroup(), at.child("fsGroup"), errors);
  check_id(context.has_runasuser(), context.runasuser(), at.child("runAsUser"), errors);
  check_id(context.has_runasgroup(), context.runasgroup(), at.child("runAsGroup"), errors);
  for (int i = 0; i < context.supplementalgroups_size(); ++i) {
    check_id(true, context.supplementalgroups(i), at.child("supplementalGroups").index(i), errors);
  }
  if (spec.shareprocessnamespace() && spec.hostpid()) {
    errors.invalid_json(at.child("shareProcessNamespace"), "true",
                        "ShareProcessNamespace and HostPID cannot both be enabled");
  }
  check_sysctls(spec, at.child("sysctls"), errors);
  if (context.has_fsgroupchangepolicy() && context.fsgroupchangepolicy() != "Always" &&
      context.fsgroupchangepolicy() != "OnRootMismatch") {
    errors.not_supported(at.child("fsGroupChangePolicy"), context.fsgroupchangepolicy(),
                         {"Always", "OnRootMismatch"});
  }
  if (context.has_seccompprofile()) {
    check_seccomp(context.seccompprofile(), at.child("seccompProfile"), errors);
  }
  check_windows_options(context.windowsoptions(), at.child("windowsOptions"), errors);
  if (context.has_apparmorprofile()) {
    check_app_armor(context.apparmorprofile(), at.child("appArmorProfile"), errors);
  }
  if (context.has_supplementalgroupspolicy() && context.supplementalgroupspolicy() != "Merge" &&
      context.supplementalgroupspolicy() != "Strict") {
    errors.not_supported(at.child("supplementalGroupsPolicy"), context.supplementalgroupspolicy(),
                         {"Merge", "Strict"});
  }
  if (context.has_selinuxchangepolicy() && context.selinuxchangepolicy() != "MountOption" &&
      context.selinuxchangepolicy() != "Recursive") {
    errors.not_supported(at.child("seLinuxChangePolicy"), context.selinuxchangepolicy(),
                         {"MountOption", "Recursive"});
  }
}

}  // namespace kubus::apiserver
