#include "table/pod_status.h"

#include <k8s/core/v1/pod.pb.h>

#include <set>

#include "kubus/api/time.h"

namespace kubus::apiserver {
namespace {

using Statuses = google::protobuf::RepeatedPtrField<core_v1::ContainerStatus>;

struct Restarts {
  int count = 0;
  const meta_v1::Time* last = nullptr;

  void add(const core_v1::ContainerStatus& status) {
    count += status.restartcount();
    if (!status.laststate().has_terminated()) return;
    const meta_v1::Time& finished = status.laststate().terminated().finishedat();
    if (is_zero(finished)) return;
    if (last == nullptr || to_time(*last) < to_time(finished)) last = &finished;
  }
};

bool condition_holds(const core_v1::Pod& pod, std::string_view type) {
  for (const auto& condition : pod.status().conditions()) {
    if (condition.type() == type) return condition.status() == "True";
  }
  return false;
}

std::string exit_text(const core_v1::ContainerStateTerminated& state) {
  if (!state.reason().empty()) return state.reason();
  return state.signal() != 0 ? "Signal:" + std::to_string(state.signal())
                             : "ExitCode:" + std::to_string(state.exitcode());
}

std::set<std::string_view> sidecar_names(const core_v1::Pod& pod) {
  std::set<std::string_view> out;
  for (const auto& container : pod.spec().initcontainers()) {
    if (container.restartpolicy() == "Always") out.insert(container.name());
  }
  return out;
}

class Summarizer {
 public:
  explicit Summarizer(const core_v1::Pod& pod) : pod_(pod), sidecars_(sidecar_names(pod)) {}

  PodSummary summarize();

 private:
  // True while an init container has not done its part.
  bool read_init_containers();
  // The word for an init container that holds up the pod; empty for one that does not.
  std::string init_state(const core_v1::ContainerStatus& status, int index);
  void read_containers();
  void read_deletion();

  const core_v1::Pod& pod_;
  const std::set<std::string_view> sidecars_;
  PodSummary out_;
  Restarts all_;
  Restarts of_sidecars_;
};

std::string Summarizer::init_state(const core_v1::ContainerStatus& status, int index) {
  const core_v1::ContainerState& state = status.state();
  if (state.has_terminated()) {
    return state.terminated().exitcode() == 0 ? "" : "Init:" + exit_text(state.terminated());
  }
  if (sidecars_.contains(status.name()) && status.started()) {
    if (status.ready()) ++out_.ready;
    return {};
  }
  const std::string& reason = state.waiting().reason();
  if (!reason.empty() && reason != "PodInitializing") return "Init:" + reason;
  return "Init:" + std::to_string(index) + "/" + std::to_string(pod_.spec().initcontainers_size());
}

bool Summarizer::read_init_containers() {
  const Statuses& statuses = pod_.status().initcontainerstatuses();
  for (int i = 0; i < statuses.size(); ++i) {
    all_.add(statuses[i]);
    if (sidecars_.contains(statuses[i].name())) of_sidecars_.add(statuses[i]);
    std::string state = init_state(statuses[i], i);
    if (state.empty()) continue;
    out_.status = std::move(state);
    return true;
  }
  return false;
}

void Summarizer::read_containers() {
  // Init containers that are through no longer matter; sidecars go on.
  all_ = of_sidecars_;
  bool running = false;
  const Statuses& statuses = pod_.status().containerstatuses();
  for (int i = statuses.size() - 1; i >= 0; --i) {
    const core_v1::ContainerStatus& status = statuses[i];
    all_.add(status);
    const core_v1::ContainerState& state = status.state();
    if (!state.waiting().reason().empty()) {
      out_.status = state.waiting().reason();
    } else if (state.has_terminated()) {
      out_.status = exit_text(state.terminated());
    } else if (status.ready() && state.has_running()) {
      running = true;
      ++out_.ready;
    }
  }
  if (out_.status == "Completed" && running) {
    out_.status = condition_holds(pod_, "Ready") ? "Running" : "NotReady";
  }
}

void Summarizer::read_deletion() {
  if (!pod_.metadata().has_deletiontimestamp()) return;
  const std::string& phase = pod_.status().phase();
  if (pod_.status().reason() == "NodeLost") {
    out_.status = "Unknown";
  } else if (phase != "Succeeded" && phase != "Failed") {
    out_.status = "Terminating";
  }
}

PodSummary Summarizer::summarize() {
  out_.containers = pod_.spec().containers_size() + static_cast<int>(sidecars_.size());
  out_.status = pod_.status().reason().empty() ? pod_.status().phase() : pod_.status().reason();
  for (const auto& condition : pod_.status().conditions()) {
    if (condition.type() == "PodScheduled" && condition.reason() == "SchedulingGated") {
      out_.status = "SchedulingGated";
    }
  }
  const bool initializing = read_init_containers();
  if (!initializing || condition_holds(pod_, "Initialized")) read_containers();
  read_deletion();
  out_.restarts = all_.count;
  out_.last_restart = all_.last;
  return out_;
}

}  // namespace

PodSummary summarize_pod(const core_v1::Pod& pod) { return Summarizer(pod).summarize(); }

}  // namespace kubus::apiserver
