// PodSummary: what the conditions of all containers of a pod amount to, in one word.
//
// Thread safety: pure functions. The pointer borrows from the pod.
#pragma once

#include <string>

#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class Pod;
}

namespace kubus::apiserver {

struct PodSummary {
  std::string status;  // "Running", "Init:0/1", "CrashLoopBackOff", "Terminating", ...
  int ready = 0;
  int containers = 0;
  int restarts = 0;
  const meta_v1::Time* last_restart = nullptr;
};

PodSummary summarize_pod(const core_v1::Pod& pod);

}  // namespace kubus::apiserver
