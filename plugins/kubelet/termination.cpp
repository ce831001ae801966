#include "termination.h"

#include <algorithm>

namespace kubus::kubelet {

std::vector<TerminationStep> termination_steps(const core_v1::Pod& pod,
                                               const NodeRuntime::PodState& state, bool expired) {
  const std::vector<ContainerRef> all = containers_of(pod);
  std::vector<const core_v1::Container*> sidecars;
  for (const ContainerRef& ref : all)
    if (ref.kind == ContainerKind::kSidecar) sidecars.push_back(ref.spec);
  // 0: ends at once; sidecars count from the last one on.
  const auto turn_of = [&](const core_v1::Container* spec) {
    const auto it = std::find(sidecars.begin(), sidecars.end(), spec);
    return it == sidecars.end() ? 0 : static_cast<int>(sidecars.end() - it);
  };
  std::vector<TerminationStep> steps;
  int first = static_cast<int>(sidecars.size());
  for (const runtime::Container& container : state.containers) {
    if (!is_running(container)) continue;
    const core_v1::Container* spec = find_container(pod, container.config().name());
    first = std::min(first, turn_of(spec));
    steps.push_back({&container, spec, false});
  }
  for (TerminationStep& step : steps) step.hold = !expired && turn_of(step.spec) > first;
  return steps;
}

std::chrono::seconds grace_of(const core_v1::Pod& pod) {
  using std::chrono::seconds;
  if (pod.metadata().has_deletiongraceperiodseconds())
    return std::max(seconds(1), seconds(pod.metadata().deletiongraceperiodseconds()));
  return seconds(pod.spec().has_terminationgraceperiodseconds()
                     ? pod.spec().terminationgraceperiodseconds()
                     : 30);
}

std::chrono::seconds grace_of(const core_v1::Pod& pod, const core_v1::Container* spec,
                              StopCause cause) {
  if (spec && !pod.metadata().has_deletiongraceperiodseconds()) {
    const auto& probe = cause == StopCause::kStartup ? spec->startupprobe() : spec->livenessprobe();
    const bool by_probe = cause == StopCause::kStartup || cause == StopCause::kLiveness;
    if (by_probe && probe.has_terminationgraceperiodseconds())
      return std::chrono::seconds(probe.terminationgraceperiodseconds());
  }
  return grace_of(pod);
}

}  // namespace kubus::kubelet
