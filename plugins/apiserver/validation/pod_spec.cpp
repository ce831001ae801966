#include "validation/pod_spec.h"

#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/pod_template.pb.h>
#include <k8s/core/v1/security.pb.h>

#include <limits>

#include "validation/checks.h"
#include "validation/pod_dns.h"

namespace kubus::apiserver {
namespace {

constexpr std::int64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();

void check_init_container(const core_v1::Container& container, std::int64_t grace, const Path& path,
                          ErrorList& errors) {
  if (container.restartpolicy() == "Always") {
    check_lifecycle(container.lifecycle(), grace, path.child("lifecycle"), errors);
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
void check_host_ports(const core_v1::Container& container, std::set<std::string>& taken,
                      const Path& path, ErrorList& errors) {
  for (int i = 0; i < container.ports_size(); ++i) {
    const auto& port = container.ports(i);
    if (port.hostport() == 0) continue;
    const std::string text =
        port.protocol() + "/" + port.hostip() + "/" + std::to_string(port.hostport());
    if (!taken.insert(text).second) {
      errors.duplicate(path.child("ports").index(i).child("hostPort"), text);
    }
  }
}

void check_containers(const PodContext& pod, const Path& path, ErrorList& errors) {
  const core_v1::PodSpec& spec = pod.spec;
  const Path containers = path.child("containers");
  const std::int64_t grace = spec.terminationgraceperiodseconds();
  if (spec.containers().empty()) errors.required(containers);
  std::set<std::string> names;
  for (int i = 0; i < spec.containers_size(); ++i) {
    const auto& container = spec.containers(i);
    const Path at = containers.index(i);
    check_container(container, pod, at, errors);
    if (!names.insert(container.name()).second) {
      errors.duplicate(at.child("name"), container.name());
    }
    check_lifecycle(container.lifecycle(), grace, at.child("lifecycle"), errors);
    check_probes(container, at, errors);
    check_restart_rules(container, at, errors);
  }
  std::set<std::string> host_ports;
  for (int i = 0; i < spec.containers_size(); ++i) {
    check_host_ports(spec.containers(i), host_ports, containers.index(i), errors);
  }
  const Path inits = path.child("initContainers");
  for (int i = 0; i < spec.initcontainers_size(); ++i) {
    const auto& container = spec.initcontainers(i);
    const Path at = inits.index(i);
    check_container(container, pod, at, errors);
    check_restart_rules(container, at, errors);
    if (!container.name().empty() && !names.insert(container.name()).second) {
      errors.duplicate(at.child("name"), container.name());
    }
    // These run one after the other, so each may have a port that another one has.
    std::set<std::string> own_ports;
    check_host_ports(container, own_ports, inits.index(0), errors);
    check_init_container(container, grace, at, errors);
  }
}

// A name of the pod's own in place of the one that follows from hostname and subdomain.
void check_host_name(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  constexpr std::size_t kLongest = 64;
  const std::string& name = spec.hostnameoverride();
  if (name.empty()) return;
  errors.invalid_each(path, name, check_dns1123_subdomain(name));
  if (name.size() > kLongest) errors.too_long(path, kLongest);
  if (spec.hostnetwork()) errors.forbidden(path, "may not be specified when hostNetwork is true");
  if (spec.sethostnameasfqdn())
    errors.forbidden(path, "may not be specified when setHostnameAsFQDN is true");
}

void check_names(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto subdomain = [&](const std::string& value, std::string_view name) {
    if (!value.empty()) {
      errors.invalid_each(path.child(name), value, check_dns1123_subdomain(value));
    }
  };
  subdomain(spec.serviceaccountname(), "serviceAccountName");
  subdomain(spec.nodename(), "nodeName");
  if (spec.has_activedeadlineseconds() &&
      (spec.activedeadlineseconds() < 1 || spec.activedeadlineseconds() > kMaxInt32)) {
    errors.invalid(path.child("activeDeadlineSeconds"), spec.activedeadlineseconds(),
                   range_message(1, kMaxInt32));
  }
  for (const auto& [value, name] :
       {std::pair<const std::string&, std::string_view>(spec.hostname(), "hostname"),
        std::pair<const std::string&, std::string_view>(spec.subdomain(), "subdomain")}) {
    if (!value.empty()) errors.invalid_each(path.child(name), value, check_dns1123_label(value));
  }
  check_host_name(spec, path.child("hostnameOverride"), errors);
}

void check_classes(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.priorityclassname().empty()) {
    const std::string& name = spec.priorityclassname();
    errors.invalid_each(path.child("priorityClassName"), name, check_dns1123_subdomain(name));
  }
  if (spec.has_runtimeclassname()) {
    const std::string& name = spec.runtimeclassname();
    errors.invalid_each(path.child("runtimeClassName"), name, check_dns1123_subdomain(name));
  }
  if (spec.has_preemptionpolicy()) {
    check_one_of(spec.preemptionpolicy(), {"PreemptLowerPriority", "Never"},
                 path.child("preemptionPolicy"), errors);
  }
}

void check_gates(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const Path readiness = path.child("readinessGates");
  for (int i = 0; i < spec.readinessgates_size(); ++i) {
    const std::string& type = spec.readinessgates(i).conditiontype();
    errors.invalid_each(readiness.index(i).child("conditionType"), type,
                        check_qualified_name(type));
  }
  const Path scheduling = path.child("schedulingGates");
  std::set<std::string> seen;
  for (int i = 0; i < spec.schedulinggates_size(); ++i) {
    const std::string& name = spec.schedulinggates(i).name();
    errors.invalid_each(scheduling.index(i), name, check_qualified_name(name));
    if (!seen.insert(name).second) errors.duplicate(scheduling.index(i), name);
  }
}

void check_overhead(const PodContext& pod, const Path& path, ErrorList& errors) {
  if (pod.spec.overhead().empty()) return;
  core_v1::ResourceRequirements amounts;
  *amounts.mutable_limits() = pod.spec.overhead();
  check_resources(amounts, check_resource_name, {}, path, errors);
}

}  // namespace

void check_pod_spec(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta* metadata,
                    const Path& path, ErrorList& errors) {
  PodContext pod{spec, check_volumes(spec, metadata, path.child("volumes"), errors), {}};
  pod.claims = check_resource_claims(spec, metadata, path.child("resourceClaims"), errors);
  check_containers(pod, path, errors);
  check_ephemeral_containers(pod, path.child("ephemeralContainers"), errors);
  if (spec.has_resources()) check_pod_resources(pod, path.child("resources"), errors);
  check_one_of(spec.restartpolicy(), {"Always", "OnFailure", "Never"}, path.child("restartPolicy"),
               errors);
  check_one_of(spec.dnspolicy(), {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
               path.child("dnsPolicy"), errors);
  check_labels(spec.nodeselector(), path.child("nodeSelector"), errors);
  check_pod_security(spec, path, errors);
  if (spec.has_affinity()) check_affinity(spec.affinity(), path.child("affinity"), errors);
  check_dns_config(spec, path.child("dnsConfig"), errors);
  check_gates(spec, path, errors);
  check_spread(spec, metadata ? PodKind::kPod : PodKind::kTemplate,
               path.child("topologySpreadConstraints"), errors);
  check_host_processes(spec, path, errors);
  check_host_users(spec, path, errors);
  check_names(spec, path, errors);
  for (int i = 0; i < spec.tolerations_size(); ++i) {
    check_toleration(spec.tolerations(i), path.child("tolerations").index(i), errors);
  }
  check_host_aliases(spec, path.child("hostAliases"), errors);
  check_classes(spec, path, errors);
  check_overhead(pod, path.child("overhead"), errors);
  check_os(spec, path, errors);
}

void check_pod_template(const core_v1::PodTemplateSpec& pod_template, const Path& path,
                        ErrorList& errors) {
  const auto& metadata = pod_template.metadata();
  check_labels(metadata.labels(), path.child("labels"), errors);
  check_annotations(metadata.annotations(), path.child("annotations"), errors);
  check_pod_annotations(metadata, pod_template.spec(), path.child("annotations"), errors);
  check_pod_spec(pod_template.spec(), nullptr, path.child("spec"), errors);
  if (!pod_template.spec().ephemeralcontainers().empty()) {
    errors.forbidden(path.child("spec").child("ephemeralContainers"),
                     "ephemeral containers not allowed in pod template");
  }
}

}  // namespace kubus::apiserver
