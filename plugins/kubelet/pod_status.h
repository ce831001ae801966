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

struct StatusInput {
  const core_v1::Pod& pod;  // its status is the one last known: times of conditions come from it
  const NodeRuntime::PodState& state;
  std::string host_ip;
  std::vector<std::string> pod_ips;
  bool terminating = false;
  // Why a container waits ("ImagePullBackOff", "CrashLoopBackOff", ...): reason and message.
  std::function<std::pair<std::string, std::string>(const std::string& name)> waiting;
  std::function<bool(const runtime::Container&)> ready;    // readiness probe passed, or none
  std::function<bool(const runtime::Container&)> started;  // startup probe passed, or none
  // Set when the node refused or ended the pod as a whole ("OutOfcpu", "DeadlineExceeded").
  std::string failed_reason;
  std::string failed_message;
};
core_v1::PodStatus make_pod_status(const StatusInput& input);

}  // namespace kubus::kubelet
