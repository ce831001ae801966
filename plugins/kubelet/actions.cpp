#include "actions.h"

#include <algorithm>

#include "labels.h"

namespace kubus::kubelet {
namespace {

// How far the init sequence is.
enum class Init { kRunning, kComplete, kFailed };

class Planner {
 public:
  explicit Planner(const ActionInput& input)
      : in_(input),
        sandbox_(ready_sandbox(input.state)),
        history_(history_of(input.state)),
        all_(containers_of(input.pod)) {}

  Actions plan() {
    if (stop_homeless()) return std::move(out_);
    if (sandbox_)
      plan_in_sandbox();
    else
      plan_without_sandbox();
    return std::move(out_);
  }

 private:
  // Containers whose sandbox died run in namespaces that nobody holds: they end before anything
  // else is done.
  bool stop_homeless() {
    for (const runtime::Container& container : in_.state.containers) {
      if (!is_running(container)) continue;
      if (sandbox_ && container.sandbox_id() == sandbox_->id()) continue;
      const std::string& name = container.config().name();
      out_.stop.push_back({&container, find_container(in_.pod, name), StopCause::kSandboxGone,
                           "Stopping container " + name});
    }
    return !out_.stop.empty();
  }
  const runtime::Container* newest(const ContainerRef& ref) const {
    auto it = history_.find(ref.spec->name());
    return it == history_.end() ? nullptr : it->second.current;
  }
  // A container of an earlier sandbox ran in namespaces that are gone.
  const runtime::Container* in_sandbox(const ContainerRef& ref) const {
    const runtime::Container* now = newest(ref);
    return now && sandbox_ && now->sandbox_id() == sandbox_->id() ? now : nullptr;
  }
  void start(const ContainerRef& ref) {
    auto it = history_.find(ref.spec->name());
    if (it == history_.end() || !it->second.current) return out_.start.push_back({ref, 0});
    // One that was made but never started is made once more in its place.
    const bool has_run = it->second.current->state() != runtime::CONTAINER_CREATED;
    out_.start.push_back({ref, it->second.restarts + (has_run ? 1 : 0)});
  }

  void plan_without_sandbox() {
    const bool never = in_.pod.spec().restartpolicy() == "Never";
    if (!in_.state.containers.empty() && (never || !any_to_start())) {
      out_.finished = true;
      return;
    }
    out_.make_sandbox = true;
    if (advance_init() == Init::kComplete) start_regular();
  }

  bool any_to_start() const {
    return std::any_of(all_.begin(), all_.end(), [&](const ContainerRef& ref) {
      const runtime::Container* now = newest(ref);
      if (ref.kind == ContainerKind::kSidecar) return false;
      return !now || !has_exited(*now) || should_restart(in_.pod, ref.kind, *now);
    });
  }

  void plan_in_sandbox() {
    stop_unwanted();
    const Init init = advance_init();
    if (init == Init::kFailed) return finish();
    if (init == Init::kRunning) return;
    start_regular();
    if (!any_regular_left()) finish();
  }

  bool any_regular_left() const {
    return std::any_of(all_.begin(), all_.end(), [&](const ContainerRef& ref) {
      if (ref.kind != ContainerKind::kRegular) return false;
      const runtime::Container* now = newest(ref);
      return !now || !has_exited(*now) || should_restart(in_.pod, ref.kind, *now);
    });
  }

  void finish() {
    out_.finished = true;
    out_.start.clear();
  }

  void stop_unwanted() {
    for (const auto& [name, history] : history_) {
      const runtime::Container* now = history.current;
      if (!now || !is_running(*now) || is_ephemeral(*now)) continue;
      const core_v1::Container* spec = find_container(in_.pod, name);
      if (!spec) {
        out_.stop.push_back({now, nullptr, StopCause::kUnwanted, "Stopping container " + name});
        continue;
      }
      auto hash = now->config().annotations().find(kContainerHash);
      if (hash != now->config().annotations().end() && hash->second != container_hash(*spec))
        out_.stop.push_back({now, spec, StopCause::kChanged,
                             "Container " + name + " definition changed, will be restarted"});
      else if (in_.liveness(*now) == ProbeVerdict::kFailed)
        stop_failed(*now, *spec, StopCause::kLiveness, "failed liveness probe");
      else if (in_.startup(*now) == ProbeVerdict::kFailed)
        stop_failed(*now, *spec, StopCause::kStartup, "failed startup probe");
    }
  }

  void stop_failed(const runtime::Container& now, const core_v1::Container& spec, StopCause cause,
                   const std::string& what) {
    const bool sidecar = spec.restartpolicy() == "Always";
    std::string why = (sidecar ? "Init container " : "Container ") + spec.name() + " " + what;
    if (!sidecar && in_.pod.spec().restartpolicy() != "Never") why += ", will be restarted";
    out_.stop.push_back({&now, &spec, cause, std::move(why)});
  }

  // Regular containers have run in this sandbox: what the init containers did is settled.
  bool regular_have_run() const {
    return std::any_of(all_.begin(), all_.end(), [&](const ContainerRef& ref) {
      return ref.kind == ContainerKind::kRegular && in_sandbox(ref);
    });
  }

  Init advance_init() {
    const bool settled = regular_have_run();
    for (const ContainerRef& ref : all_) {
      if (ref.kind == ContainerKind::kRegular) break;
      const runtime::Container* now = in_sandbox(ref);
      const Init step = ref.kind == ContainerKind::kSidecar ? advance_sidecar(ref, now)
                        : settled                           ? Init::kComplete
                                                            : advance_one(ref, now);
      if (step == Init::kFailed) return step;
      if (step == Init::kRunning && !settled) return step;
    }
    return Init::kComplete;
  }

  Init advance_sidecar(const ContainerRef& ref, const runtime::Container* now) {
    if (now && is_running(*now)) {
      const bool started =
          !ref.spec->has_startupprobe() || in_.startup(*now) == ProbeVerdict::kPassed;
      return started ? Init::kComplete : Init::kRunning;
    }
    start(ref);
    return Init::kRunning;
  }

  Init advance_one(const ContainerRef& ref, const runtime::Container* now) {
    if (now && is_running(*now)) return Init::kRunning;
    if (now && has_exited(*now)) {
      if (now->exit_code() == 0) return Init::kComplete;
      if (!should_restart(in_.pod, ref.kind, *now)) return Init::kFailed;
    }
    start(ref);
    return Init::kRunning;
  }

  void start_regular() {
    for (const ContainerRef& ref : all_) {
      if (ref.kind != ContainerKind::kRegular) continue;
      const runtime::Container* now = newest(ref);
      if (now && is_running(*now) && in_sandbox(ref)) continue;
      if (now && has_exited(*now) && !should_restart(in_.pod, ref.kind, *now)) continue;
      start(ref);
    }
  }

  const ActionInput& in_;
  const runtime::Sandbox* const sandbox_;
  const std::map<std::string, ContainerHistory> history_;
  const std::vector<ContainerRef> all_;
  Actions out_;
};

}  // namespace

Actions compute_actions(const ActionInput& input) { return Planner(input).plan(); }

}  // namespace kubus::kubelet
