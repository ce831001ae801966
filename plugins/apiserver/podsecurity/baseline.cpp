#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <array>

#include "podsecurity/checks.h"

namespace kubus::apiserver::podsecurity {
namespace {

using core_v1::SecurityContext;
using Outcome = std::optional<Finding>;

template <std::size_t kSize>
bool among(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The names of the containers of which `bad(view)` holds.
template <class Bad>
Names containers_where(const PodView& pod, const Bad& bad) {
  Names names;
  for_each_container(pod.spec, [&](const ContainerView& container) {
    if (bad(container)) names.push_back(container.name);
  });
  return names;
}

// The pod, the containers, or both.
std::string setters(bool of_pod, const Names& containers) {
  Names all;
  if (of_pod) all.emplace_back("pod");
  if (!containers.empty()) all.push_back(containers_text(containers));
  return join(all, " and ");
}

constexpr std::array<std::string_view, 13> kCapabilities = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",      "MKNOD",
    "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT"};

Outcome capabilities(const PodView& pod) {
  Sorted added;
  const auto bad = containers_where(pod, [&](const ContainerView& container) {
    bool found = false;
    for (const auto& name : container.security.capabilities().add()) {
      if (among(kCapabilities, name)) continue;
      added.insert(name);
      found = true;
    }
    return found;
  });
  if (bad.empty()) return std::nullopt;
  return Finding{"non-default capabilities", containers_text(bad) + " must not include " +
                                                 quoted_list(added) +
                                                 " in securityContext.capabilities.add"};
}

constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";

bool is_good_app_armor(std::string_view annotation) {
  return annotation.empty() || annotation == "runtime/default" ||
         annotation.starts_with("localhost/");
}

Outcome app_armor(const PodView& pod) {
  Sorted values;
  const auto bad_profile = [&](bool given, const core_v1::AppArmorProfile& profile) {
    if (!given || profile.type() == "RuntimeDefault" || profile.type() == "Localhost") return false;
    values.insert(profile.type());
    return true;
  };
  const auto& context = pod.spec.securitycontext();
  const bool of_pod = bad_profile(context.has_apparmorprofile(), context.apparmorprofile());
  const auto bad = containers_where(pod, [&](const ContainerView& container) {
    return bad_profile(container.security.has_apparmorprofile(),
                       container.security.apparmorprofile());
  });
  std::size_t annotations = 0;
  for (const auto& [key, value] : pod.metadata.annotations()) {
    if (!key.starts_with(kAppArmor) || is_good_app_armor(value)) continue;
    values.insert(key + "=" + apiserver::quoted(value));
    ++annotations;
  }
  Names who;
  if (of_pod || !bad.empty()) who.push_back(setters(of_pod, bad));
  if (annotations != 0) who.emplace_back(annotations == 1 ? "annotation" : "annotations");
  if (who.empty()) return std::nullopt;
  return Finding{
      values.size() == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
      join(who, " and ") + " must not set AppArmor profile type to " + quoted_list(values)};
}

Outcome host_namespaces(const PodView& pod) {
  Names used;
  if (pod.spec.hostnetwork()) used.emplace_back("hostNetwork=true");
  if (pod.spec.hostpid()) used.emplace_back("hostPID=true");
  if (pod.spec.hostipc()) used.emplace_back("hostIPC=true");
  if (used.empty()) return std::nullopt;
  return Finding{"host namespaces", join(used, ", ")};
}

Outcome host_paths(const PodView& pod) {
  Names volumes;
  for (const auto& volume : pod.spec.volumes())
    if (volume.volumesource().has_hostpath()) volumes.push_back(volume.name());
  if (volumes.empty()) return std::nullopt;
  return Finding{"hostPath volumes",
                 (volumes.size() == 1 ? "volume " : "volumes ") + quoted_list(volumes)};
}

Outcome host_ports(const PodView& pod) {
  Sorted ports;
  const auto bad = containers_where(pod, [&](const ContainerView& container) {
    bool found = false;
    for (const auto& port : container.ports) {
      if (port.hostport() == 0) continue;
      ports.insert(std::to_string(port.hostport()));
      found = true;
    }
    return found;
  });
  if (bad.empty()) return std::nullopt;
  return Finding{"hostPort", containers_text(bad) + (bad.size() == 1 ? " uses " : " use ") +
                                 (ports.size() == 1 ? "hostPort " : "hostPorts ") +
                                 join(ports, ", ")};
}

Outcome probe_hosts(const PodView& pod) {
  Sorted hosts;
  const auto bad = containers_where(pod, [&](const ContainerView& container) {
    bool found = false;
    const auto note = [&](const auto& handler) {
      for (const auto* host : {&handler.httpget().host(), &handler.tcpsocket().host()})
        if (!host->empty()) {
          hosts.insert(*host);
          found = true;
        }
    };
    for (const auto* probe : container.probes) note(*probe);
    note(container.lifecycle.poststart());
    note(container.lifecycle.prestop());
    return found;
  });
  if (bad.empty()) return std::nullopt;
  return Finding{
      "probe or lifecycle host",
      containers_text(bad) + (bad.size() == 1 ? " uses " : " use ") +
          (hosts.size() == 1 ? "probe or lifecycle host " : "probe or lifecycle hosts ") +
          quoted_list(hosts)};
}

Outcome privileged(const PodView& pod) {
  const auto bad = containers_where(
      pod, [](const ContainerView& container) { return container.security.privileged(); });
  if (bad.empty()) return std::nullopt;
  return Finding{"privileged",
                 containers_text(bad) + " must not set securityContext.privileged=true"};
}

// Root in a user namespace of its own may see all of /proc.
Outcome host_proc_mount(const PodView& pod) {
  return pod.is_apart_from_users() ? std::nullopt : proc_mount(pod);
}

class SeLinux {
 public:
  explicit SeLinux(int minor) : minor_(minor) {}

  bool is_bad(const core_v1::SELinuxOptions& options) {
    bool bad = false;
    if (!is_allowed(options.type())) {
      types_.insert(options.type());
      bad = true;
    }
    if (!options.user().empty()) bad = user_ = true;
    if (!options.role().empty()) bad = role_ = true;
    return bad;
  }
  std::string text() const {
    Names parts;
    if (!types_.empty())
      parts.push_back((types_.size() == 1 ? "type " : "types ") + quoted_list(types_));
    if (user_) parts.emplace_back("user may not be set");
    if (role_) parts.emplace_back("role may not be set");
    return join(parts, "; ");
  }

 private:
  bool is_allowed(std::string_view type) const {
    return type.empty() || type == "container_t" || type == "container_init_t" ||
           type == "container_kvm_t" || (type == "container_engine_t" && minor_ >= 31);
  }

  int minor_;
  Sorted types_;
  bool user_ = false, role_ = false;
};

Outcome se_linux(const PodView& pod) {
  SeLinux rules(pod.minor);
  const bool of_pod = rules.is_bad(pod.spec.securitycontext().selinuxoptions());
  const auto bad = containers_where(pod, [&](const ContainerView& container) {
    return rules.is_bad(container.security.selinuxoptions());
  });
  if (!of_pod && bad.empty()) return std::nullopt;
  return Finding{
      "seLinuxOptions",
      setters(of_pod, bad) + " set forbidden securityContext.seLinuxOptions: " + rules.text()};
}

bool is_good_seccomp(std::string_view type) {
  return type == "RuntimeDefault" || type == "Localhost";
}

constexpr std::string_view kSeccompPod = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";

// What versions before v1.19 look at in place of the fields.
Outcome seccomp_annotations(const PodView& pod) {
  Sorted forbidden;
  const auto& annotations = pod.metadata.annotations();
  const auto look_at = [&](const std::string& key) {
    const auto found = annotations.find(key);
    if (found == annotations.end()) return;
    const auto& value = found->second;
    if (value == "runtime/default" || value == "docker/default" || value.starts_with("localhost/"))
      return;
    forbidden.insert(key + "=" + apiserver::quoted(value));
  };
  look_at(std::string(kSeccompPod));
  for_each_container(pod.spec, [&](const ContainerView& container) {
    look_at(std::string(kSeccompContainer) + container.name);
  });
  if (forbidden.empty()) return std::nullopt;
  return Finding{"seccompProfile",
                 (forbidden.size() == 1 ? "forbidden annotation " : "forbidden annotations ") +
                     join(forbidden, ", ")};
}

Outcome seccomp(const PodView& pod) {
  if (pod.minor < 19) return seccomp_annotations(pod);
  Sorted values;
  const auto is_bad = [&](bool given, const core_v1::SeccompProfile& profile) {
    if (!given || is_good_seccomp(profile.type())) return false;
    values.insert(profile.type());
    return true;
  };
  const auto& context = pod.spec.securitycontext();
  const bool of_pod = is_bad(context.has_seccompprofile(), context.seccompprofile());
  const auto bad = containers_where(pod, [&](const ContainerView& container) {
    return is_bad(container.security.has_seccompprofile(), container.security.seccompprofile());
  });
  if (!of_pod && bad.empty()) return std::nullopt;
  return Finding{"seccompProfile", setters(of_pod, bad) +
                                       " must not set securityContext.seccompProfile.type to " +
                                       quoted_list(values)};
}

struct Sysctl {
  std::string_view name;
  int since;
};
constexpr Sysctl kSysctls[] = {{"kernel.shm_rmid_forced", 0},
                               {"net.ipv4.ip_local_port_range", 0},
                               {"net.ipv4.tcp_syncookies", 0},
                               {"net.ipv4.ping_group_range", 0},
                               {"net.ipv4.ip_unprivileged_port_start", 0},
                               {"net.ipv4.ip_local_reserved_ports", 27},
                               {"net.ipv4.tcp_keepalive_time", 29},
                               {"net.ipv4.tcp_fin_timeout", 29},
                               {"net.ipv4.tcp_keepalive_intvl", 29},
                               {"net.ipv4.tcp_keepalive_probes", 29},
                               {"net.ipv4.tcp_rmem", 32},
                               {"net.ipv4.tcp_wmem", 32}};

Outcome sysctls(const PodView& pod) {
  Names forbidden;
  for (const auto& sysctl : pod.spec.securitycontext().sysctls()) {
    const bool allowed = std::any_of(
        std::begin(kSysctls), std::end(kSysctls),
        [&](const Sysctl& one) { return one.name == sysctl.name() && one.since <= pod.minor; });
    if (!allowed) forbidden.push_back(sysctl.name());
  }
  if (forbidden.empty()) return std::nullopt;
  return Finding{"forbidden sysctls", join(forbidden, ", ")};
}

Outcome windows_host_process(const PodView& pod) {
  const bool of_pod = pod.spec.securitycontext().windowsoptions().hostprocess();
  const auto bad = containers_where(pod, [](const ContainerView& container) {
    return container.security.windowsoptions().hostprocess();
  });
  if (!of_pod && bad.empty()) return std::nullopt;
  return Finding{
      "hostProcess",
      setters(of_pod, bad) + " must not set securityContext.windowsOptions.hostProcess=true"};
}

constexpr CheckEntry kBaseline[] = {
    {app_armor},  {capabilities, 0, true, 22}, {host_namespaces}, {host_paths, 0, true, 0},
    {host_ports}, {probe_hosts, 34},           {privileged},      {host_proc_mount, 0, true, 35},
    {se_linux},   {seccomp, 0, true, 19},      {sysctls},         {windows_host_process},
};

}  // namespace

Outcome proc_mount(const PodView& pod) {
  Sorted types;
  const auto bad = containers_where(pod, [&](const ContainerView& container) {
    const auto& security = container.security;
    if (!security.has_procmount() || security.procmount() == "Default") return false;
    types.insert(security.procmount());
    return true;
  });
  if (bad.empty()) return std::nullopt;
  return Finding{"procMount", containers_text(bad) + " must not set securityContext.procMount to " +
                                  quoted_list(types)};
}

std::span<const CheckEntry> baseline_checks() { return kBaseline; }

}  // namespace kubus::apiserver::podsecurity
