// What is to be done next for a pod: a pure function of what is wanted and what there is.
//
// Thread safety: pure.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "pod_model.h"

namespace kubus::kubelet {

struct Actions {
  bool make_sandbox = false;
  // Of sandboxes that are to go: those that died, and all of them when the pod is over.
  std::vector<const runtime::Sandbox*> remove_sandboxes;
  struct Start {
    ContainerRef container;
    int restarts;  // how many there were before
  };
  std::vector<Start> start;
  struct Stop {
    const runtime::Container* container;
    const core_v1::Container* spec;  // null when the spec no longer has it
    std::string why;                 // for the Killing event
  };
  std::vector<Stop> stop;
  // Every container that was to run to its end has done so.
  bool finished = false;
};

struct ActionInput {
  const core_v1::Pod& pod;
  const NodeRuntime::PodState& state;
  // Probe verdicts for the running container of this name.
  std::function<bool(const runtime::Container&)> liveness_failed;
  std::function<bool(const runtime::Container&)> started;  // startup probe passed, or none
};
Actions compute_actions(const ActionInput& input);

// Whether a container that ended as `container` did is to be started again.
bool should_restart(const core_v1::Pod& pod, ContainerKind kind,
                    const runtime::Container& container);

}  // namespace kubus::kubelet
