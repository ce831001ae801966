// PodMemory: what is remembered of a pod between two looks at it; lost at a restart without harm.
//
// Thread safety: the functions from any thread; the plain members only by the pod's worker.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "pod_status.h"

namespace kubus::kubelet {

class PodMemory {
 public:
  // Why a container does not run; given by whoever tried to start it.
  void waits(const std::string& container, WaitReason why);
  void runs(const std::string& container);
  WaitReason waiting(const std::string& container) const;

  // postStart hooks, by container id.
  void hook_begins(const std::string& id);
  void hook_ends(const std::string& id);
  bool hook_runs(const std::string& id) const;
  bool any_hook_runs() const;

  const std::chrono::system_clock::time_point since = std::chrono::system_clock::now();
  PodPtr pod;                                      // as last seen
  std::map<std::string, std::string> pull_errors;  // the last one, by image
  std::set<std::string> killed;  // ids of containers that were ended to be started again
  std::string failed_reason, failed_message;
  std::optional<std::chrono::steady_clock::time_point> stop_by;  // the end of the grace period

 private:
  mutable std::mutex mutex_;
  std::map<std::string, WaitReason> waiting_;
  std::set<std::string> hooks_;
};

}  // namespace kubus::kubelet
