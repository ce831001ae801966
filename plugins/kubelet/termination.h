// How the containers of a pod end: in which order, and how long they are given.
//
// Thread safety: pure functions.
#pragma once

#include <chrono>
#include <vector>

#include "actions.h"
#include "pod_model.h"

namespace kubus::kubelet {

struct TerminationStep {
  const runtime::Container* container;
  const core_v1::Container* spec;  // null when the pod's spec does not have it
  // Its preStop hook may run, but others end before it does.
  bool hold;
};
// One step for each running container. All but sidecars end at once; sidecars follow in reverse
// order of the spec, each when nothing that was started after it runs any more. `expired`: the
// grace period is over, nobody waits for anybody.
std::vector<TerminationStep> termination_steps(const core_v1::Pod& pod,
                                               const NodeRuntime::PodState& state, bool expired);

// How long the pod as a whole is given: what its deletion says (a second at least), else its spec.
std::chrono::seconds grace_of(const core_v1::Pod& pod);
// How long one container is given; a failed probe may have a time of its own.
std::chrono::seconds grace_of(const core_v1::Pod& pod, const core_v1::Container* spec,
                              StopCause cause);

}  // namespace kubus::kubelet
