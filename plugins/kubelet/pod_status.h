// The status of a pod, from what the runtime has of it: a pure function.
//
// Thread safety: pure.
//
// Phases, conditions, reasons and their order are the reference's.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "pod_model.h"

namespace kubus::kubelet {

// Why a container waits ("ImagePullBackOff", "CrashLoopBackOff", ...).
struct WaitReason {
  std::string reason;  // empty: no reason of its own
  std::string message;
};

struct StatusInput {
  const core_v1::Pod& pod;  // its status is the one last known: times of conditions come from it
  const NodeRuntime::PodState& state;
  std::chrono::system_clock::time_point since;  // when the node took it on, if it did just now
  std::string host_ip;
  std::vector<std::string> pod_ips;
  // The pod is on its way out: what ended does not come back.
  bool terminating = false;
  std::function<WaitReason(const std::string& name)> waiting;
  std::function<bool(const runtime::Container&)> ready;     // readiness probe passed, or none
  std::function<bool(const runtime::Container&)> started;   // startup probe passed, or none
  std::function<bool(const runtime::Container&)> starting;  // its postStart hook is not through
  // Set when the node ended the pod as a whole ("DeadlineExceeded").
  std::string failed_reason;
  std::string failed_message;
  // `pod` is as allocated, and its object asks for something else.
  bool resize_pending = false;
};
core_v1::PodStatus make_pod_status(const StatusInput& input);

// The status of a pod that this node does not take on.
core_v1::PodStatus make_rejected_status(const core_v1::Pod& pod, const std::string& reason,
                                        const std::string& message);

}  // namespace kubus::kubelet
