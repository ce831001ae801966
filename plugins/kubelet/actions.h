// What is to be done next for a pod: a pure function of what is wanted and what there is.
//
// Thread safety: pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pod_model.h"

namespace kubus::kubelet {

enum class StopCause { kUnwanted, kChanged, kLiveness, kStartup, kSandboxGone };

struct Actions {
  // The pod has no living sandbox and needs one.
  bool make_sandbox = false;
  struct Start {
    ContainerRef container;
    int restarts;  // how many there were before
  };
  std::vector<Start> start;
  struct Stop {
    const runtime::Container* container;
    const core_v1::Container* spec;  // null when the spec no longer has it
    StopCause cause;
    std::string why;  // for the Killing event
  };
  std::vector<Stop> stop;
  // Nothing is to run any more: what still does (sidecars) is to be ended as at a deletion.
  bool finished = false;
};

// What a probe has come to; kUnknown without a probe or before its first verdict.
enum class ProbeVerdict { kUnknown, kPassed, kFailed };

struct ActionInput {
  const core_v1::Pod& pod;
  const NodeRuntime::PodState& state;
  // Of the running container given.
  std::function<ProbeVerdict(const runtime::Container&)> liveness;
  std::function<ProbeVerdict(const runtime::Container&)> startup;
};
Actions compute_actions(const ActionInput& input);

}  // namespace kubus::kubelet
