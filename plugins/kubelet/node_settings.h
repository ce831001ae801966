// What a kubelet is told about its node. Thread safety: a value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "environment.h"
#include "logs/log_rotator.h"
#include "sysctl_allowlist.h"

namespace kubus::kubelet {

struct NodeSettings {
  std::string node_name;
  std::string node_ip;
  std::string state_dir;
  std::string log_dir;
  LogLimits log_limits;
  std::string cgroup_root;
  std::string cluster_domain;
  std::vector<std::string> cluster_dns;
  SysctlAllowlist sysctls;
  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;

  NodeFacts facts(const std::vector<std::string>& pod_ips) const {
    return {node_name, node_ip, pod_ips, cpu_milli, memory_bytes};
  }
};

}  // namespace kubus::kubelet
