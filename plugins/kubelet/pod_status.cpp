#include "pod_status.h"

#include <algorithm>

#include "container_status.h"
#include "kubus/api/time.h"
#include "kubus/workload.h"

namespace kubus::kubelet {
namespace {

struct Summary {
  int regular = 0, running = 0, succeeded = 0, failed = 0, waiting = 0;
  bool initialized = true;
  bool init_failed = false;
  std::vector<std::string> unready, uninitialized;
};

bool restarts(const core_v1::Pod& pod, int exit_code) {
  const std::string& policy = pod.spec().restartpolicy();
  return policy == "Always" || policy.empty() || (policy == "OnFailure" && exit_code != 0);
}

Summary summarize(const core_v1::Pod& pod, const core_v1::PodStatus& status) {
  Summary sum;
  for (int i = 0; i < status.initcontainerstatuses_size(); ++i) {
    const auto& own = status.initcontainerstatuses(i);
    const bool sidecar = pod.spec().initcontainers(i).restartpolicy() == "Always";
    const bool done =
        sidecar ? own.started()
                : own.state().has_terminated() && own.state().terminated().exitcode() == 0;
    if (!done) {
      sum.initialized = false;
      sum.uninitialized.push_back(own.name());
    }
    if (!sidecar && own.state().has_terminated() && own.state().terminated().exitcode() != 0 &&
        pod.spec().restartpolicy() == "Never")
      sum.init_failed = true;
    if (sidecar && !own.ready()) sum.unready.push_back(own.name());
  }
  for (const auto& own : status.containerstatuses()) {
    ++sum.regular;
    if (!own.ready()) sum.unready.push_back(own.name());
    const auto& state = own.state();
    if (state.has_running())
      ++sum.running;
    else if (state.has_terminated() && !restarts(pod, state.terminated().exitcode()))
      ++(state.terminated().exitcode() == 0 ? sum.succeeded : sum.failed);
    else if (state.has_terminated() || own.laststate().has_terminated())
      ++sum.running;  // between two runs
    else
      ++sum.waiting;
  }
  return sum;
}

std::string phase_of(const StatusInput& input, const Summary& sum) {
  if (!input.failed_reason.empty()) return "Failed";
  const std::string& before = input.pod.status().phase();
  if (before == "Failed" || before == "Succeeded") return before;
  if (sum.init_failed) return "Failed";
  if (!sum.initialized && sum.running == 0) return "Pending";
  if (sum.waiting > 0 && sum.running == 0 && sum.succeeded + sum.failed == 0) return "Pending";
  if (sum.running > 0 || sum.waiting > 0) return "Running";
  if (sum.regular == 0) return "Pending";
  return sum.failed == 0 ? "Succeeded" : "Failed";
}

std::string list(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const std::string& name : names) out += (out.size() > 1 ? " " : "") + name;
  return out + "]";
}

class Conditions {
 public:
  Conditions(const core_v1::Pod& pod, core_v1::PodStatus& status) : pod_(pod), status_(status) {}

  // The transition time changes only with the status.
  void set(const char* type, bool is_true, const std::string& reason = "",
           const std::string& message = "") {
    auto& out = *status_.add_conditions();
    out.set_type(type);
    out.set_status(is_true ? "True" : "False");
    if (!reason.empty()) out.set_reason(reason);
    if (!message.empty()) out.set_message(message);
    out.set_observedgeneration(pod_.metadata().generation());
    const auto* before = find_condition(pod_, type);
    if (before && before->status() == out.status())
      *out.mutable_lasttransitiontime() = before->lasttransitiontime();
    else
      set_now(*out.mutable_lasttransitiontime());
  }
  // Conditions of others (PodScheduled, readiness gates) stay.
  void keep_foreign() {
    for (const auto& condition : pod_.status().conditions()) {
      const auto& type = condition.type();
      if (type != "PodReadyToStartContainers" && type != "Initialized" && type != "Ready" &&
          type != "ContainersReady")
        *status_.add_conditions() = condition;
    }
  }

 private:
  const core_v1::Pod& pod_;
  core_v1::PodStatus& status_;
};

bool gates_open(const core_v1::Pod& pod) {
  return std::all_of(pod.spec().readinessgates().begin(), pod.spec().readinessgates().end(),
                     [&](const auto& gate) {
                       const auto* condition = find_condition(pod, gate.conditiontype());
                       return condition && condition->status() == "True";
                     });
}

void add_conditions(const StatusInput& input, const Summary& sum, core_v1::PodStatus& status) {
  Conditions conditions(input.pod, status);
  const std::string& phase = status.phase();
  conditions.set("PodReadyToStartContainers",
                 ready_sandbox(input.state) != nullptr && !input.pod_ips.empty());
  if (phase == "Succeeded")
    conditions.set("Initialized", true, "PodCompleted");
  else if (sum.initialized)
    conditions.set("Initialized", true);
  else
    conditions.set("Initialized", false, "ContainersNotInitialized",
                   "containers with incomplete status: " + list(sum.uninitialized));
  const auto unready = "containers with unready status: " + list(sum.unready);
  const bool containers_ready =
      sum.unready.empty() && sum.initialized && phase != "Succeeded" && phase != "Failed";
  const auto set_ready = [&](const char* type, bool gates) {
    if (phase == "Succeeded")
      conditions.set(type, false, "PodCompleted");
    else if (phase == "Failed")
      conditions.set(type, false, "PodFailed");
    else if (!containers_ready)
      conditions.set(type, false, "ContainersNotReady", unready);
    else if (!gates)
      conditions.set(type, false, "ReadinessGatesNotReady",
                     "the status of pod readiness gate is not \"True\"");
    else
      conditions.set(type, true);
  };
  set_ready("Ready", gates_open(input.pod));
  set_ready("ContainersReady", true);
  conditions.keep_foreign();
}

}  // namespace

core_v1::PodStatus make_pod_status(const StatusInput& input) {
  core_v1::PodStatus status;
  const auto& before = input.pod.status();
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
  const Summary sum = summarize(input.pod, status);
  status.set_phase(phase_of(input, sum));
  status.set_observedgeneration(input.pod.metadata().generation());
  status.set_qosclass(qos_class(input.pod));
  if (!input.failed_reason.empty()) {
    status.set_reason(input.failed_reason);
    status.set_message(input.failed_message);
  }
  add_conditions(input, sum, status);
  status.set_hostip(input.host_ip);
  if (!input.host_ip.empty()) status.add_hostips()->set_ip(input.host_ip);
  if (!input.pod_ips.empty()) status.set_podip(input.pod_ips.front());
  for (const std::string& ip : input.pod_ips) status.add_podips()->set_ip(ip);
  if (before.has_starttime())
    *status.mutable_starttime() = before.starttime();
  else
    set_now(*status.mutable_starttime());
  return status;
}

}  // namespace kubus::kubelet
