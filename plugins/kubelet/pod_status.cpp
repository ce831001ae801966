#include "pod_status.h"

#include <algorithm>

#include "container_status.h"
#include "kubus/api/time.h"
#include "pod_conditions.h"

namespace kubus::kubelet {
namespace {

bool terminated_well(const core_v1::ContainerState& state) {
  return state.has_terminated() && state.terminated().exitcode() == 0;
}

struct InitSummary {
  int pending = 0, failed = 0;
};

InitSummary summarize_init(const core_v1::Pod& pod, const core_v1::PodStatus& status) {
  InitSummary sum;
  for (int i = 0; i < status.initcontainerstatuses_size(); ++i) {
    const auto& own = status.initcontainerstatuses(i);
    const auto& last = own.laststate();
    if (pod.spec().initcontainers(i).restartpolicy() == "Always") {
      const bool pending = own.state().has_running()
                               ? !own.started()
                               : !own.state().has_terminated() && !last.has_terminated();
      sum.pending += pending;
    } else if (own.state().has_terminated()) {
      sum.failed += !terminated_well(own.state());
    } else if (own.state().has_waiting() && last.has_terminated()) {
      sum.failed += !terminated_well(last);
    } else {
      ++sum.pending;
    }
  }
  return sum;
}

struct RegularSummary {
  int running = 0, waiting = 0, stopped = 0, succeeded = 0;
};

RegularSummary summarize_regular(const core_v1::PodStatus& status) {
  RegularSummary sum;
  for (const auto& own : status.containerstatuses()) {
    if (own.state().has_running()) {
      ++sum.running;
    } else if (own.state().has_terminated() || own.laststate().has_terminated()) {
      ++sum.stopped;  // for good, or between two runs
      sum.succeeded += terminated_well(own.state());
    } else {
      ++sum.waiting;
    }
  }
  return sum;
}

// The phase by the containers alone.
std::string phase_of_containers(const StatusInput& input, const core_v1::PodStatus& status) {
  const std::string& policy = input.pod.spec().restartpolicy();
  const InitSummary init = summarize_init(input.pod, status);
  const RegularSummary regular = summarize_regular(status);
  if (init.failed > 0 && policy == "Never") return "Failed";
  if (init.pending + init.failed > 0 && !any_regular_started(status)) return "Pending";
  if (regular.waiting > 0) return "Pending";
  if (regular.running > 0) return "Running";
  if (regular.stopped == 0) return "Pending";
  if (!input.terminating && (policy == "Always" || policy.empty())) return "Running";
  if (regular.stopped == regular.succeeded) return "Succeeded";
  return input.terminating || policy == "Never" ? "Failed" : "Running";
}

std::string phase_of(const StatusInput& input, const core_v1::PodStatus& status) {
  const std::string& before = input.pod.status().phase();
  if (before == "Failed" || before == "Succeeded") return before;
  const std::string phase =
      input.failed_reason.empty() ? phase_of_containers(input, status) : "Failed";
  // Others take a finished pod for one that holds nothing any more.
  const auto& containers = input.state.containers;
  const bool ended = phase == "Failed" || phase == "Succeeded";
  if (ended && std::any_of(containers.begin(), containers.end(), is_running))
    return before.empty() ? "Pending" : before;
  return phase;
}

// What never ran, or is not to be found, when its pod has ended counts as failed.
void settle(core_v1::PodStatus& status) {
  if (!any_regular_started(status)) return;
  for (auto& own : *status.mutable_containerstatuses()) {
    if (own.state().has_terminated()) continue;
    auto& lost = *own.mutable_state()->mutable_terminated();
    lost.set_reason("ContainerStatusUnknown");
    lost.set_message("The container could not be located when the pod was terminated");
    lost.set_exitcode(137);
    own.mutable_state()->clear_waiting();
  }
}

void add_container_statuses(const StatusInput& input, core_v1::PodStatus& status) {
  const auto history = history_of(input.state);
  const auto find = [&](const std::string& name) {
    auto it = history.find(name);
    return it == history.end() ? ContainerHistory() : it->second;
  };
  for (const ContainerRef& ref : containers_of(input.pod)) {
    auto& out = ref.kind == ContainerKind::kRegular ? *status.add_containerstatuses()
                                                    : *status.add_initcontainerstatuses();
    out = make_container_status(input, *ref.spec, ref.kind, find(ref.spec->name()));
  }
  for (const auto& container : input.pod.spec().ephemeralcontainers()) {
    const core_v1::Container spec = from_ephemeral(container);
    *status.add_ephemeralcontainerstatuses() =
        make_container_status(input, spec, ContainerKind::kEphemeral, find(spec.name()));
  }
}

void set_start_time(const core_v1::Pod& pod, SystemTime since, core_v1::PodStatus& status) {
  if (pod.status().has_starttime())
    *status.mutable_starttime() = pod.status().starttime();
  else
    set_time(*status.mutable_starttime(), since);
}

// A pod keeps the address it had while it has no sandbox: others look it up by that.
void set_addresses(const StatusInput& input, core_v1::PodStatus& status) {
  if (input.pod_ips.empty()) {
    const auto& before = input.pod.status();
    if (ready_sandbox(input.state) || before.podip().empty()) return;
    status.set_podip(before.podip());
    *status.mutable_podips() = before.podips();
    return;
  }
  status.set_podip(input.pod_ips.front());
  for (const std::string& ip : input.pod_ips) status.add_podips()->set_ip(ip);
}

}  // namespace

core_v1::PodStatus make_pod_status(const StatusInput& input) {
  core_v1::PodStatus status;
  add_container_statuses(input, status);
  const bool all_ended =
      std::none_of(input.state.containers.begin(), input.state.containers.end(), is_running);
  if (input.terminating && all_ended) settle(status);
  status.set_phase(phase_of(input, status));
  status.set_observedgeneration(input.pod.metadata().generation());
  status.set_qosclass(qos_class(input.pod));
  if (!input.failed_reason.empty()) {
    status.set_reason(input.failed_reason);
    status.set_message(input.failed_message);
  } else if (status.phase() == "Failed") {
    // Given once, when it failed.
    status.set_reason(input.pod.status().reason());
    status.set_message(input.pod.status().message());
  }
  set_conditions(input.pod, ready_sandbox(input.state) && !input.pod_ips.empty(),
                 input.resize_pending, status);
  status.set_hostip(input.host_ip);
  if (!input.host_ip.empty()) status.add_hostips()->set_ip(input.host_ip);
  set_addresses(input, status);
  set_start_time(input.pod, input.since, status);
  return status;
}

core_v1::PodStatus make_rejected_status(const core_v1::Pod& pod, const std::string& reason,
                                        const std::string& message) {
  core_v1::PodStatus status;
  *status.mutable_conditions() = pod.status().conditions();
  status.set_phase("Failed");
  status.set_reason(reason);
  status.set_message("Pod was rejected: " + message);
  status.set_observedgeneration(pod.metadata().generation());
  status.set_qosclass(qos_class(pod));
  set_start_time(pod, std::chrono::system_clock::now(), status);
  return status;
}

}  // namespace kubus::kubelet
