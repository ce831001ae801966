// Admission: which pods this node takes on. A pod that was assigned here but does not fit fails.
//
// Thread safety: all members from any thread; two pods cannot take the same room.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "kubus/placement.h"
#include "rejection.h"
#include "sysctl_allowlist.h"

namespace kubus::kubelet {

class Admission {
 public:
  struct Node {
    std::string name;
    std::map<std::string, std::string> labels;
    Resources allocatable;
    std::int64_t max_pods = 0;
  };

  explicit Admission(SysctlAllowlist sysctls = {}) : sysctls_(std::move(sysctls)) {}

  // Counts the pod's room as taken, or says why there is none. Asking again for a pod that was
  // admitted changes nothing.
  std::optional<Rejection> admit(const core_v1::Pod& pod, const Node& node);
  // For a pod that was taken on by an earlier run: without a question.
  void admitted(const core_v1::Pod& pod);
  // Its room is free again.
  void release(const std::string& uid);

 private:
  const SysctlAllowlist sysctls_;
  std::mutex mutex_;
  std::map<std::string, PodUse> pods_;  // by uid
};

}  // namespace kubus::kubelet
