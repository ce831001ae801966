// SysctlAllowlist: which settings of the kernel pods of this node may have.
//
// Thread safety: a value, constant once made.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/status.h"
#include "rejection.h"

namespace kubus::kubelet {

class SysctlAllowlist {
 public:
  // Only what can do no harm outside of the pod.
  SysctlAllowlist();
  // And these: names, or what names begin with and "*". kInvalid for what is neither, or is of no
  // namespace of a pod.
  static Result<SysctlAllowlist> with_unsafe(const std::vector<std::string>& patterns);

  // Unset: the pod has nothing else.
  std::optional<Rejection> check(const core_v1::Pod& pod) const;

 private:
  Status allow(const std::string& pattern);
  bool allows(const std::string& name) const;

  std::set<std::string, std::less<>> names_;
  std::vector<std::string> prefixes_;
};

}  // namespace kubus::kubelet
