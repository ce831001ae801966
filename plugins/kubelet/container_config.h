// From a container of a pod to what the runtime is asked for.
//
// Thread safety: pure functions, but for directories and files made for subPath and log mounts.
#pragma once

#include "environment.h"
#include "kubus/runtime.h"
#include "pod_model.h"
#include "volumes/volumes.h"

namespace kubus::kubelet {

struct PodPlace {
  std::string pod_dir;        // the pod's directory on the node
  std::string log_dir;        // <root>/<ns>_<name>_<uid>
  std::string cgroup_parent;  // of the pod
  std::string cluster_domain;
  std::vector<std::string> cluster_dns;
};

// The sandbox of a pod: names, DNS, ports, namespaces, security, sysctls.
Result<runtime::SandboxConfig> sandbox_config(const core_v1::Pod& pod, const PodPlace& place,
                                              std::uint32_t attempt);

struct ContainerPlan {
  const core_v1::Pod& pod;
  const core_v1::Container& container;
  ContainerKind kind;
  int restarts;
  const VolumePaths& volumes;
  const Environment& environment;
  const PodPlace& place;
  std::vector<std::string> pod_ips;
  runtime::Image image;
  std::string target_id;  // of the container whose processes an ephemeral one shares; or empty
};
// kInvalid: a CreateContainerConfigError for the user.
Result<runtime::ContainerConfig> container_config(const ContainerPlan& plan);

// CPU and memory of a container as control group values; oom_score_adj by class of the pod.
runtime::Resources container_resources(const core_v1::Pod& pod, const core_v1::Container& container,
                                       std::int64_t node_memory);
// "<root>/burstable/pod<uid>" and the like.
std::string pod_cgroup(const core_v1::Pod& pod, const std::string& root);

std::string hosts_file(const core_v1::Pod& pod, const std::vector<std::string>& pod_ips,
                       const std::string& cluster_domain);
std::string pod_hostname(const core_v1::Pod& pod);

}  // namespace kubus::kubelet
