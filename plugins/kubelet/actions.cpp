#include "actions.h"

#include <algorithm>

#include "labels.h"

namespace kubus::kubelet {
namespace {

bool failed(const runtime::Container& container) {
  return has_exited(container) && container.exit_code() != 0;
}

// The state of the init sequence: how far it is, and whether regular containers may start.
struct InitProgress {
  bool complete = false;
  bool failed = false;  // an init container failed and is not restarted: the pod has failed
};

class Planner {
 public:
  explicit Planner(const ActionInput& input)
      : in_(input), history_(history_of(input.state)), all_(containers_of(input.pod)) {}

  Actions plan() {
    const runtime::Sandbox* sandbox = ready_sandbox(in_.state);
    for (const runtime::Sandbox& other : in_.state.sandboxes)
      if (&other != sandbox) out_.remove_sandboxes.push_back(&other);
    if (!sandbox && is_over()) {
      out_.finished = true;
      return std::move(out_);
    }
    out_.make_sandbox = sandbox == nullptr;
    stop_unwanted();
    const InitProgress init = advance_init();
    if (init.failed) return fail();
    if (init.complete) start_regular();
    if (is_over()) finish();
    return std::move(out_);
  }

 private:
  // A container of an earlier sandbox runs in namespaces that are gone.
  bool in_current_sandbox(const runtime::Container& container) const {
    const runtime::Sandbox* sandbox = ready_sandbox(in_.state);
    return sandbox && container.sandbox_id() == sandbox->id();
  }
  const runtime::Container* current(const ContainerRef& ref) const {
    auto it = history_.find(ref.spec->name());
    return it == history_.end() ? nullptr : it->second.current;
  }
  int restarts(const ContainerRef& ref) const {
    auto it = history_.find(ref.spec->name());
    return it == history_.end() || !it->second.current ? 0 : it->second.restarts + 1;
  }
  void start(const ContainerRef& ref) { out_.start.push_back({ref, restarts(ref)}); }

  // No regular container is to run any more.
  bool is_over() const {
    bool any = false;
    for (const ContainerRef& ref : all_) {
      if (ref.kind != ContainerKind::kRegular) continue;
      any = true;
      const runtime::Container* now = current(ref);
      if (!now || !has_exited(*now) || should_restart(in_.pod, ref.kind, *now)) return false;
    }
    return any;
  }

  void stop_unwanted() {
    for (const auto& [name, history] : history_) {
      const runtime::Container* now = history.current;
      if (!now || !is_running(*now)) continue;
      auto kind = now->config().annotations().find(kContainerKind);
      if (kind != now->config().annotations().end() && kind->second == "ephemeral") continue;
      const core_v1::Container* spec = find_container(in_.pod, name);
      if (!spec) {
        out_.stop.push_back({now, nullptr, "Container " + name + " is no longer in the pod"});
        continue;
      }
      auto hash = now->config().annotations().find(kContainerHash);
      if (hash != now->config().annotations().end() && hash->second != container_hash(*spec))
        out_.stop.push_back(
            {now, spec, "Container " + name + " definition changed, will be restarted"});
      else if (in_.liveness_failed(*now))
        out_.stop.push_back(
            {now, spec, "Container " + name + " failed liveness probe, will be restarted"});
    }
  }

  // Regular containers have run: what the init containers did is settled.
  bool regular_have_run() const {
    return std::any_of(all_.begin(), all_.end(), [&](const ContainerRef& ref) {
      const runtime::Container* now = ref.kind == ContainerKind::kRegular ? current(ref) : nullptr;
      return now && in_current_sandbox(*now);
    });
  }

  InitProgress advance_init() {
    const bool settled = regular_have_run();
    for (const ContainerRef& ref : all_) {
      if (ref.kind == ContainerKind::kRegular) break;
      const runtime::Container* now = current(ref);
      if (now && !in_current_sandbox(*now)) now = nullptr;
      if (ref.kind == ContainerKind::kSidecar) {
        if (!now || has_exited(*now)) {
          if (!out_.finished) start(ref);
          if (!settled) return {};
        } else if (!settled && !(is_running(*now) && in_.started(*now))) {
          return {};
        }
        continue;
      }
      if (settled) continue;
      if (!now) {
        start(ref);
        return {};
      }
      if (!has_exited(*now)) return {};
      if (!failed(*now)) continue;
      if (in_.pod.spec().restartpolicy() == "Never") return {false, true};
      start(ref);
      return {};
    }
    return {true, false};
  }

  void start_regular() {
    for (const ContainerRef& ref : all_) {
      if (ref.kind != ContainerKind::kRegular) continue;
      const runtime::Container* now = current(ref);
      if (now && in_current_sandbox(*now) && !has_exited(*now)) {
        // Created but never started: its start failed halfway.
        if (now->state() == runtime::CONTAINER_CREATED) start(ref);
        continue;
      }
      if (!now || (has_exited(*now) && should_restart(in_.pod, ref.kind, *now)) ||
          (!has_exited(*now) && !in_current_sandbox(*now)))
        start(ref);
    }
  }

  Actions fail() {
    finish();
    return std::move(out_);
  }

  // Sidecars end when the regular containers are through, then the sandbox goes.
  void finish() {
    out_.finished = true;
    out_.make_sandbox = false;
    out_.start.clear();
    for (const runtime::Sandbox& sandbox : in_.state.sandboxes)
      if (std::find(out_.remove_sandboxes.begin(), out_.remove_sandboxes.end(), &sandbox) ==
              out_.remove_sandboxes.end() &&
          sandbox.state() == runtime::SANDBOX_READY)
        stop_rest();
  }

  void stop_rest() {
    for (const auto& [name, history] : history_)
      if (history.current && is_running(*history.current))
        out_.stop.push_back(
            {history.current, find_container(in_.pod, name), "Stopping container " + name});
  }

  const ActionInput& in_;
  const std::map<std::string, ContainerHistory> history_;
  const std::vector<ContainerRef> all_;
  Actions out_;
};

}  // namespace

bool should_restart(const core_v1::Pod& pod, ContainerKind kind,
                    const runtime::Container& container) {
  if (kind == ContainerKind::kSidecar) return true;
  const std::string& policy = pod.spec().restartpolicy();
  if (policy == "Never") return false;
  if (policy == "OnFailure") return container.exit_code() != 0;
  return true;
}

Actions compute_actions(const ActionInput& input) { return Planner(input).plan(); }

}  // namespace kubus::kubelet
