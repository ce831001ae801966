// Fields that mean nothing on the operating system that a pod says it is for.
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/security.pb.h>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kNotWindows = "cannot be set for a windows pod";

struct Setting {
  std::string_view name;
  bool set;
};

template <class Each>
void for_each_context(const core_v1::PodSpec& spec, const Path& path, Each each) {
  for (int i = 0; i < spec.initcontainers_size(); ++i) {
    each(spec.initcontainers(i).securitycontext(),
         path.child("initContainers").index(i).child("securityContext"));
  }
  for (int i = 0; i < spec.containers_size(); ++i) {
    each(spec.containers(i).securitycontext(),
         path.child("containers").index(i).child("securityContext"));
  }
  for (int i = 0; i < spec.ephemeralcontainers_size(); ++i) {
    each(spec.ephemeralcontainers(i).ephemeralcontainercommon().securitycontext(),
         path.child("ephemeralContainers").index(i).child("securityContext"));
  }
}

void check_linux(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  constexpr std::string_view kWhy = "windows options cannot be set for a linux pod";
  const Path context = path.child("securityContext");
  if (spec.securitycontext().has_windowsoptions()) {
    errors.forbidden(context.child("windowsOptions"), kWhy);
  }
  for_each_context(spec, path, [&](const core_v1::SecurityContext& of, const Path& at) {
    if (of.has_windowsoptions()) errors.forbidden(at.child("windowsOptions"), kWhy);
  });
}

void check_windows(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto& pod = spec.securitycontext();
  const Path context = path.child("securityContext");
  struct PodSetting {
    const Path& of;
    std::string_view name;
    bool set;
  };
  for (const PodSetting& setting :
       {PodSetting{context, "appArmorProfile", pod.has_apparmorprofile()},
        PodSetting{context, "seLinuxOptions", pod.has_selinuxoptions()},
        PodSetting{path, "hostUsers", spec.has_hostusers()},
        PodSetting{path, "hostPID", spec.hostpid()}, PodSetting{path, "hostIPC", spec.hostipc()},
        PodSetting{context, "seccompProfile", pod.has_seccompprofile()},
        PodSetting{context, "fsGroup", pod.has_fsgroup()},
        PodSetting{context, "fsGroupChangePolicy", pod.has_fsgroupchangepolicy()},
        PodSetting{context, "sysctls", !pod.sysctls().empty()},
        PodSetting{path, "shareProcessNamespace", spec.has_shareprocessnamespace()},
        PodSetting{context, "runAsUser", pod.has_runasuser()},
        PodSetting{context, "runAsGroup", pod.has_runasgroup()},
        PodSetting{context, "supplementalGroups", !pod.supplementalgroups().empty()},
        PodSetting{context, "supplementalGroupsPolicy", pod.has_supplementalgroupspolicy()},
        PodSetting{context, "seLinuxChangePolicy", pod.has_selinuxchangepolicy()}}) {
    if (setting.set) errors.forbidden(setting.of.child(setting.name), kNotWindows);
  }
  for_each_context(spec, path, [&](const core_v1::SecurityContext& of, const Path& at) {
    for (const Setting& setting :
         {Setting{"appArmorProfile", of.has_apparmorprofile()},
          Setting{"seLinuxOptions", of.has_selinuxoptions()},
          Setting{"seccompProfile", of.has_seccompprofile()},
          Setting{"capabilities", of.has_capabilities()},
          Setting{"readOnlyRootFilesystem", of.has_readonlyrootfilesystem()},
          Setting{"privileged", of.has_privileged()},
          Setting{"allowPrivilegeEscalation", of.has_allowprivilegeescalation()},
          Setting{"procMount", of.has_procmount()}, Setting{"runAsUser", of.has_runasuser()},
          Setting{"runAsGroup", of.has_runasgroup()}}) {
      if (setting.set) errors.forbidden(at.child(setting.name), kNotWindows);
    }
  });
}

}  // namespace

void check_os(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.has_os()) return;
  const std::string& name = spec.os().name();
  if (name.empty()) {
    errors.required(path.child("os").child("name"), "cannot be empty");
  } else if (name == "linux") {
    check_linux(spec, path, errors);
  } else if (name == "windows") {
    check_windows(spec, path, errors);
  } else {
    errors.not_supported(path.child("os"), name, {"linux", "windows"});
  }
}

}  // namespace kubus::apiserver
