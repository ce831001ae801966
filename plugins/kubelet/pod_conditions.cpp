#include "pod_conditions.h"

#include <algorithm>

#include "allocation.h"
#include "kubus/api/time.h"
#include "kubus/workload.h"

namespace kubus::kubelet {
namespace {

constexpr const char* kOwn[] = {"PodReadyToStartContainers", "Initialized", "Ready",
                                "ContainersReady", "PodScheduled", kResizePending};

std::string list(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const std::string& name : names) out += (out.size() > 1 ? " " : "") + name;
  return out + "]";
}

struct Verdict {
  bool is_true = true;
  std::string reason, message;
};

class Conditions {
 public:
  Conditions(const core_v1::Pod& pod, core_v1::PodStatus& status) : pod_(pod), status_(status) {}

  void set(const char* type, const Verdict& verdict) {
    auto& out = *status_.add_conditions();
    out.set_type(type);
    out.set_status(verdict.is_true ? "True" : "False");
    if (!verdict.reason.empty()) out.set_reason(verdict.reason);
    if (!verdict.message.empty()) out.set_message(verdict.message);
    out.set_observedgeneration(pod_.metadata().generation());
    const auto* before = find_condition(pod_, type);
    if (before && before->status() == out.status())
      *out.mutable_lasttransitiontime() = before->lasttransitiontime();
    else
      set_now(*out.mutable_lasttransitiontime());
  }

  void keep_foreign() {
    for (const auto& condition : pod_.status().conditions())
      if (std::find(std::begin(kOwn), std::end(kOwn), condition.type()) == std::end(kOwn))
        *status_.add_conditions() = condition;
  }

 private:
  const core_v1::Pod& pod_;
  core_v1::PodStatus& status_;
};

bool is_sidecar(const core_v1::Pod& pod, int init_index) {
  return pod.spec().initcontainers(init_index).restartpolicy() == "Always";
}

Verdict initialized(const core_v1::Pod& pod, const core_v1::PodStatus& status) {
  if (status.phase() == "Succeeded") return {true, "PodCompleted", ""};
  if (any_regular_started(status)) return {};
  std::vector<std::string> incomplete;
  for (int i = 0; i < status.initcontainerstatuses_size(); ++i) {
    const auto& own = status.initcontainerstatuses(i);
    if (is_sidecar(pod, i) ? !own.started() : !own.ready()) incomplete.push_back(own.name());
  }
  if (incomplete.empty()) return {};
  return {false, "ContainersNotInitialized",
          "containers with incomplete status: " + list(incomplete)};
}

Verdict containers_ready(const core_v1::Pod& pod, const core_v1::PodStatus& status) {
  if (status.phase() == "Succeeded") return {false, "PodCompleted", ""};
  if (status.phase() == "Failed") return {false, "PodFailed", ""};
  std::vector<std::string> unready;
  for (int i = 0; i < status.initcontainerstatuses_size(); ++i)
    if (is_sidecar(pod, i) && !status.initcontainerstatuses(i).ready())
      unready.push_back(status.initcontainerstatuses(i).name());
  for (const auto& own : status.containerstatuses())
    if (!own.ready()) unready.push_back(own.name());
  if (unready.empty()) return {};
  return {false, "ContainersNotReady", "containers with unready status: " + list(unready)};
}

Verdict gates_open(const core_v1::Pod& pod) {
  std::string problems;
  for (const auto& gate : pod.spec().readinessgates()) {
    const auto* condition = find_condition(pod, gate.conditiontype());
    std::string problem;
    if (!condition)
      problem = "corresponding condition of pod readiness gate \"" + gate.conditiontype() +
                "\" does not exist.";
    else if (condition->status() != "True")
      problem = "the status of pod readiness gate \"" + gate.conditiontype() +
                "\" is not \"True\", but " + condition->status();
    if (problem.empty()) continue;
    problems += (problems.empty() ? "" : ", ") + problem;
  }
  if (problems.empty()) return {};
  return {false, "ReadinessGatesNotReady", problems};
}

}  // namespace

bool any_regular_started(const core_v1::PodStatus& status) {
  return std::any_of(status.containerstatuses().begin(), status.containerstatuses().end(),
                     [](const auto& own) {
                       return own.state().has_running() || own.state().has_terminated() ||
                              own.laststate().has_terminated();
                     });
}

void set_conditions(const core_v1::Pod& pod, bool sandbox_ready, bool resize_pending,
                    core_v1::PodStatus& status) {
  Conditions conditions(pod, status);
  conditions.keep_foreign();
  const Verdict ready = containers_ready(pod, status);
  const bool ended = status.phase() == "Succeeded" || status.phase() == "Failed";
  if (resize_pending && !ended)
    conditions.set(kResizePending, {true, "Infeasible", kResizeInfeasible});
  conditions.set("PodReadyToStartContainers", {sandbox_ready, "", ""});
  conditions.set("Initialized", initialized(pod, status));
  conditions.set("Ready", ready.is_true ? gates_open(pod) : ready);
  conditions.set("ContainersReady", ready);
  conditions.set("PodScheduled", {});
}

}  // namespace kubus::kubelet
