#include "validation/pod_spec.h"

#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/pod_template.pb.h>
#include <k8s/core/v1/security.pb.h>

#include <limits>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

constexpr std::int64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();

bool is_sidecar(const core_v1::Container& container) {
  return container.restartpolicy() == "Always";
}

void check_init_container(const core_v1::Container& container, const Path& path,
                          ErrorList& errors) {
  if (is_sidecar(container)) {
    check_lifecycle(container.lifecycle(), path.child("lifecycle"), errors);
    check_probes(container, path, errors);
    return;
  }
  constexpr std::string_view kOnlySidecars =
      "may not be set for init containers without restartPolicy=Always";
  if (container.has_lifecycle()) errors.forbidden(path.child("lifecycle"), kOnlySidecars);
  if (container.has_livenessprobe()) errors.forbidden(path.child("livenessProbe"), kOnlySidecars);
  if (container.has_readinessprobe()) {
    errors.forbidden(path.child("readinessProbe"), kOnlySidecars);
  }
  if (container.has_startupprobe()) errors.forbidden(path.child("startupProbe"), kOnlySidecars);
}

// A host port of a pod can be had once for each protocol and address.
void check_host_ports(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  std::set<std::string> taken;
  for (int i = 0; i < spec.containers_size(); ++i) {
    const auto& container = spec.containers(i);
    for (int j = 0; j < container.ports_size(); ++j) {
      const auto& port = container.ports(j);
      if (port.hostport() == 0) continue;
      const std::string text =
          port.protocol() + "/" + port.hostip() + "/" + std::to_string(port.hostport());
      if (!taken.insert(text).second) {
        errors.duplicate(path.index(static_cast<std::size_t>(i))
                             .child("ports")
                             .index(static_cast<std::size_t>(j))
                             .child("hostPort"),
                         text);
      }
    }
  }
}

void check_containers(const core_v1::PodSpec& spec, const VolumeNames& volumes, const Path& path,
                      ErrorList& errors) {
  const Path containers = path.child("containers");
  if (spec.containers().empty()) errors.required(containers);
  std::set<std::string> names;
  for (int i = 0; i < spec.containers_size(); ++i) {
    const auto& container = spec.containers(i);
    const Path at = containers.index(static_cast<std::size_t>(i));
    check_container(container, volumes, at, errors);
    if (!container.name().empty() && !names.insert(container.name()).second) {
      errors.duplicate(at.child("name"), container.name());
    }
    check_lifecycle(container.lifecycle(), at.child("lifecycle"), errors);
    check_probes(container, at, errors);
    if (container.has_restartpolicy() && container.restartpolicyrules().empty() &&
        is_sidecar(container)) {
      errors.forbidden(at.child("restartPolicy"), "may not be set for non-init containers");
    }
  }
  check_host_ports(spec, containers, errors);
  const Path inits = path.child("initContainers");
  for (int i = 0; i < spec.initcontainers_size(); ++i) {
    const auto& container = spec.initcontainers(i);
    const Path at = inits.index(static_cast<std::size_t>(i));
    check_container(container, volumes, at, errors);
    if (!container.name().empty() && !names.insert(container.name()).second) {
      errors.duplicate(at.child("name"), container.name());
    }
    check_init_container(container, at, errors);
  }
}

void check_security(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto& context = spec.securitycontext();
  const auto check_id = [&](bool present, std::int64_t id, std::string_view name) {
    if (present && (id < 0 || id > kMaxInt32)) {
      errors.invalid(path.child(name), id, range_message(0, kMaxInt32));
    }
  };
  check_id(context.has_fsgroup(), context.fsgroup(), "fsGroup");
  check_id(context.has_runasuser(), context.runasuser(), "runAsUser");
  check_id(context.has_runasgroup(), context.runasgroup(), "runAsGroup");
  for (int i = 0; i < context.supplementalgroups_size(); ++i) {
    check_id(true, context.supplementalgroups(i), "supplementalGroups[" + std::to_string(i) + "]");
  }
  if (spec.shareprocessnamespace() && spec.hostpid()) {
    errors.invalid_json(path.child("shareProcessNamespace"), "true",
                        "ShareProcessNamespace and HostPID cannot both be enabled");
  }
}

void check_dns(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  check_one_of(spec.dnspolicy(), {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"},
               path.child("dnsPolicy"), errors);
  const Path config = path.child("dnsConfig");
  const auto& servers = spec.dnsconfig().nameservers();
  if (spec.dnspolicy() == "None" && !spec.has_dnsconfig()) {
    errors.required(config, "must provide `dnsConfig` when `dnsPolicy` is None");
  } else if (spec.dnspolicy() == "None" && servers.empty()) {
    errors.required(config.child("nameservers"),
                    "must provide at least one DNS nameserver when `dnsPolicy` is None");
  }
  constexpr int kMaxServers = 3;
  constexpr int kMaxSearches = 32;
  if (servers.size() > kMaxServers) {
    errors.invalid_json(config.child("nameservers"), std::to_string(servers.size()),
                        "must not have more than 3 nameservers");
  }
  for (int i = 0; i < servers.size(); ++i) {
    check_each(check_ip(servers[i]), servers[i],
               config.child("nameservers").index(static_cast<std::size_t>(i)), errors);
  }
  if (spec.dnsconfig().searches_size() > kMaxSearches) {
    errors.invalid_json(config.child("searches"), std::to_string(spec.dnsconfig().searches_size()),
                        "must not have more than 32 search paths");
  }
}

void check_names(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto subdomain = [&](const std::string& value, std::string_view name) {
    if (!value.empty()) {
      check_each(check_dns1123_subdomain(value), value, path.child(name), errors);
    }
  };
  subdomain(spec.serviceaccountname(), "serviceAccountName");
  subdomain(spec.nodename(), "nodeName");
  subdomain(spec.priorityclassname(), "priorityClassName");
  subdomain(spec.runtimeclassname(), "runtimeClassName");
  for (const auto& [value, name] :
       {std::pair<const std::string&, std::string_view>(spec.hostname(), "hostname"),
        std::pair<const std::string&, std::string_view>(spec.subdomain(), "subdomain")}) {
    if (!value.empty()) check_each(check_dns1123_label(value), value, path.child(name), errors);
  }
}

void check_host_aliases(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  for (int i = 0; i < spec.hostaliases_size(); ++i) {
    const auto& alias = spec.hostaliases(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    check_each(check_ip(alias.ip()), alias.ip(), at.child("ip"), errors);
    for (int j = 0; j < alias.hostnames_size(); ++j) {
      check_each(check_dns1123_subdomain(alias.hostnames(j)), alias.hostnames(j),
                 at.child("hostnames").index(static_cast<std::size_t>(j)), errors);
    }
  }
}

}  // namespace

void check_pod_spec(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.has_terminationgraceperiodseconds()) {
    errors.required(path.child("terminationGracePeriodSeconds"));
  } else {
    check_non_negative(spec.terminationgraceperiodseconds(),
                       path.child("terminationGracePeriodSeconds"), errors);
  }
  const VolumeNames volumes = check_volumes(spec, path.child("volumes"), errors);
  check_containers(spec, volumes, path, errors);
  check_ephemeral_containers(spec, volumes, path.child("ephemeralContainers"), errors);
  check_one_of(spec.restartpolicy(), {"Always", "Never", "OnFailure"}, path.child("restartPolicy"),
               errors);
  check_dns(spec, path, errors);
  check_labels(spec.nodeselector(), path.child("nodeSelector"), errors);
  check_security(spec, path.child("securityContext"), errors);
  check_scheduling(spec, path, errors);
  check_names(spec, path, errors);
  if (spec.has_activedeadlineseconds() &&
      (spec.activedeadlineseconds() < 1 || spec.activedeadlineseconds() > kMaxInt32)) {
    errors.invalid(path.child("activeDeadlineSeconds"), spec.activedeadlineseconds(),
                   range_message(1, kMaxInt32));
  }
  check_host_aliases(spec, path.child("hostAliases"), errors);
  if (spec.has_preemptionpolicy()) {
    check_one_of(spec.preemptionpolicy(), {"Never", "PreemptLowerPriority"},
                 path.child("preemptionPolicy"), errors);
  }
}

void check_pod_template(const core_v1::PodTemplateSpec& pod_template, const Path& path,
                        ErrorList& errors) {
  check_labels(pod_template.metadata().labels(), path.child("metadata").child("labels"), errors);
  check_annotations(pod_template.metadata().annotations(),
                    path.child("metadata").child("annotations"), errors);
  check_pod_spec(pod_template.spec(), path.child("spec"), errors);
  if (!pod_template.spec().ephemeralcontainers().empty()) {
    errors.forbidden(path.child("spec").child("ephemeralContainers"),
                     "ephemeral containers not allowed in pod template");
  }
}

}  // namespace kubus::apiserver
