#include <google/protobuf/descriptor.h>
#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <array>

#include "kubus/api/schema.h"
#include "podsecurity/checks.h"

namespace kubus::apiserver::podsecurity {
namespace {

using Outcome = std::optional<Finding>;

constexpr std::array<std::string_view, 9> kVolumes = {
    "configMap", "csi",   "downwardAPI",           "emptyDir",
    "ephemeral", "image", "persistentVolumeClaim", "projected",
    "secret"};

// What Linux alone has is not asked of pods that say they are for Windows.
bool is_for_windows(const PodView& pod) {
  return pod.minor >= 25 && pod.spec.os().name() == "windows";
}

Outcome privilege_escalation(const PodView& pod) {
  if (is_for_windows(pod)) return std::nullopt;
  Names bad;
  for_each_container(pod.spec, [&](const ContainerView& container) {
    const auto& security = container.security;
    if (!security.has_allowprivilegeescalation() || security.allowprivilegeescalation())
      bad.push_back(container.name);
  });
  if (bad.empty()) return std::nullopt;
  return Finding{"allowPrivilegeEscalation != false",
                 containers_text(bad) + " must set securityContext.allowPrivilegeEscalation=false"};
}

Outcome dropped_capabilities(const PodView& pod) {
  if (is_for_windows(pod)) return std::nullopt;
  Names keeping, adding;
  Sorted added;
  for_each_container(pod.spec, [&](const ContainerView& container) {
    const auto& wanted = container.security.capabilities();
    if (std::find(wanted.drop().begin(), wanted.drop().end(), "ALL") == wanted.drop().end())
      keeping.push_back(container.name);
    bool adds = false;
    for (const auto& name : wanted.add()) {
      if (name == "NET_BIND_SERVICE") continue;
      adds = true;
      added.insert(name);
    }
    if (adds) adding.push_back(container.name);
  });
  Names details;
  if (!keeping.empty())
    details.push_back(containers_text(keeping) +
                      R"( must set securityContext.capabilities.drop=["ALL"])");
  if (!adding.empty())
    details.push_back(containers_text(adding) + " must not include " + quoted_list(added) +
                      " in securityContext.capabilities.add");
  if (details.empty()) return std::nullopt;
  return Finding{"unrestricted capabilities", join(details, "; ")};
}

// The name of the source that is set.
std::string type_of(const core_v1::VolumeSource& source) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  source.GetReflection()->ListFields(source, &fields);
  return fields.empty() ? "unknown" : fields[0]->name();
}

Outcome volume_types(const PodView& pod) {
  Names volumes;
  Sorted types;
  for (const auto& volume : pod.spec.volumes()) {
    auto type = type_of(volume.volumesource());
    if (std::find(kVolumes.begin(), kVolumes.end(), type) != kVolumes.end()) continue;
    volumes.push_back(volume.name());
    types.insert(std::move(type));
  }
  if (volumes.empty()) return std::nullopt;
  const bool one = volumes.size() == 1;
  return Finding{"restricted volume types",
                 (one ? "volume " : "volumes ") + quoted_list(volumes) +
                     (one ? " uses " : " use ") +
                     (types.size() == 1 ? "restricted volume type " : "restricted volume types ") +
                     quoted_list(types)};
}

// What a pod says for all containers, and each container for itself.
struct Setters {
  Names bad;      // who says the wrong thing: "pod", containers
  Names missing;  // containers for whom nobody says anything
};

Setters gather(bool pod_bad, bool pod_good, const Names& containers, Names missing) {
  Setters setters;
  if (pod_bad) setters.bad.emplace_back("pod");
  if (!containers.empty()) setters.bad.push_back(containers_text(containers));
  if (!pod_good) setters.missing = std::move(missing);
  return setters;
}

Outcome run_as_non_root(const PodView& pod) {
  if (pod.is_apart_from_users()) return std::nullopt;
  const auto& context = pod.spec.securitycontext();
  const bool given = context.has_runasnonroot();
  Names bad, missing;
  for_each_container(pod.spec, [&](const ContainerView& container) {
    if (!container.security.has_runasnonroot())
      missing.push_back(container.name);
    else if (!container.security.runasnonroot())
      bad.push_back(container.name);
  });
  const auto setters = gather(given && !context.runasnonroot(), given && context.runasnonroot(),
                              bad, std::move(missing));
  if (!setters.bad.empty())
    return Finding{"runAsNonRoot != true",
                   join(setters.bad, " and ") + " must not set securityContext.runAsNonRoot=false"};
  if (setters.missing.empty()) return std::nullopt;
  return Finding{"runAsNonRoot != true", "pod or " + containers_text(setters.missing) +
                                             " must set securityContext.runAsNonRoot=true"};
}

Outcome run_as_user(const PodView& pod) {
  if (pod.is_apart_from_users()) return std::nullopt;
  const auto& context = pod.spec.securitycontext();
  Names bad;
  for_each_container(pod.spec, [&](const ContainerView& container) {
    if (container.security.has_runasuser() && container.security.runasuser() == 0)
      bad.push_back(container.name);
  });
  const auto setters = gather(context.has_runasuser() && context.runasuser() == 0, true, bad, {});
  if (setters.bad.empty()) return std::nullopt;
  return Finding{"runAsUser=0", join(setters.bad, " and ") + " must not set runAsUser=0"};
}

Outcome required_seccomp(const PodView& pod) {
  if (is_for_windows(pod)) return std::nullopt;
  Sorted values;
  const auto is_good = [&](const core_v1::SeccompProfile& profile) {
    const bool good = profile.type() == "RuntimeDefault" || profile.type() == "Localhost";
    if (!good) values.insert(profile.type());
    return good;
  };
  const auto& context = pod.spec.securitycontext();
  const bool given = context.has_seccompprofile();
  const bool good = given && is_good(context.seccompprofile());
  Names bad, missing;
  for_each_container(pod.spec, [&](const ContainerView& container) {
    if (!container.security.has_seccompprofile())
      missing.push_back(container.name);
    else if (!is_good(container.security.seccompprofile()))
      bad.push_back(container.name);
  });
  const auto setters = gather(given && !good, good, bad, std::move(missing));
  if (!setters.bad.empty())
    return Finding{"seccompProfile", join(setters.bad, " and ") +
                                         " must not set securityContext.seccompProfile.type to " +
                                         quoted_list(values)};
  if (setters.missing.empty()) return std::nullopt;
  return Finding{"seccompProfile",
                 "pod or " + containers_text(setters.missing) +
                     R"( must set securityContext.seccompProfile.type to "RuntimeDefault" or )"
                     R"("Localhost")"};
}

constexpr CheckEntry kRestricted[] = {
    {privilege_escalation, 8}, {dropped_capabilities, 22}, {proc_mount, 35}, {volume_types, 0},
    {run_as_non_root, 0},      {run_as_user, 23},          {required_seccomp, 19},
};

}  // namespace

std::span<const CheckEntry> restricted_checks() { return kRestricted; }

}  // namespace kubus::apiserver::podsecurity
