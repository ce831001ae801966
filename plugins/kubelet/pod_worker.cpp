#include "pod_worker.h"

#include <filesystem>

#include "kubus/context.h"
#include "kubus/workload.h"
#include "labels.h"

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

std::chrono::seconds grace_of(const core_v1::Pod& pod) {
  if (pod.metadata().has_deletiongraceperiodseconds())
    return std::chrono::seconds(pod.metadata().deletiongraceperiodseconds());
  if (pod.spec().has_terminationgraceperiodseconds())
    return std::chrono::seconds(pod.spec().terminationgraceperiodseconds());
  return 30s;
}

bool is_finished(const core_v1::Pod& pod) {
  return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

std::vector<const runtime::Container*> running_of(const NodeRuntime::PodState& state) {
  std::vector<const runtime::Container*> running;
  for (const auto& container : state.containers)
    if (is_running(container)) running.push_back(&container);
  return running;
}

}  // namespace

PodWorker::PodWorker(Context& context, NodeRuntime& runtime, NodeSettings settings,
                     ObjectSource source, std::function<void(const std::string&)> look_again)
    : context_(context),
      runtime_(runtime),
      settings_(std::move(settings)),
      source_(std::move(source)),
      client_(ApiClient::of(context)),
      events_(context, "kubelet", settings_.node_name),
      volumes_(settings_.state_dir + "/pods"),
      probes_(context, runtime, std::move(look_again),
              [this](const PodPtr& pod, const std::string& container, const std::string& kind,
                     const std::string& message) {
                events_.record(*pod, "spec.containers{" + container + "}", "Warning", "Unhealthy",
                               kind + " probe failed: " + message);
              }) {}

PodWorker::~PodWorker() = default;

std::shared_ptr<PodWorker::Memory> PodWorker::memory_of(const std::string& uid) {
  std::lock_guard lock(mutex_);
  auto& slot = memories_[uid];
  if (!slot) slot = std::make_shared<Memory>();
  return slot;
}

PodPlace PodWorker::place(const core_v1::Pod& pod) const {
  const auto& meta = pod.metadata();
  return {volumes_.pod_dir(meta.uid()),
          settings_.log_dir + "/" + meta.namespace_() + "_" + meta.name() + "_" + meta.uid(),
          pod_cgroup(pod, settings_.cgroup_root), settings_.cluster_domain, settings_.cluster_dns};
}

NodeFacts PodWorker::facts(const std::vector<std::string>& ips) const {
  return {settings_.node_name, settings_.node_ip, ips, settings_.cpu_milli, settings_.memory_bytes};
}

Outcome PodWorker::sync(const std::string& uid, const PodPtr& pod) {
  if (!pod) return clean_up(uid);
  const auto memory = memory_of(uid);
  if (pod->metadata().has_deletiontimestamp() || is_finished(*pod) ||
      !memory->failed_reason.empty())
    return terminate(pod, *memory);
  return run(pod, *memory);
}

std::vector<std::string> PodWorker::pod_ips(const core_v1::Pod& pod,
                                            const NodeRuntime::PodState& state) {
  if (pod.spec().hostnetwork()) return {settings_.node_ip};
  const runtime::Sandbox* sandbox = ready_sandbox(state);
  if (!sandbox) return {};
  auto ips = runtime_.addresses(*sandbox);
  return ips.ok() ? *ips : std::vector<std::string>();
}

Status PodWorker::make_sandbox(const core_v1::Pod& pod, const NodeRuntime::PodState& state) {
  auto config = sandbox_config(
      pod, place(pod), state.sandboxes.empty() ? 0 : state.sandboxes[0].config().attempt() + 1);
  if (!config.ok()) return config.status();
  auto sandbox = runtime_.run_sandbox(*config);
  if (!sandbox.ok()) return sandbox.status();
  if (pod.spec().hostnetwork()) return {};
  auto addresses = runtime_.setup_network(*sandbox);
  if (addresses.ok()) return {};
  // A sandbox without a network is of no use to anybody.
  if (Status removed = runtime_.remove_sandbox(*sandbox); !removed.ok())
    context_.log().warn("sandbox not removed", {{"error", removed.to_string()}});
  return addresses.status().annotate("failed to setup network for sandbox \"" + sandbox->id() +
                                     "\"");
}

Outcome PodWorker::run(const PodPtr& pod, Memory& memory) {
  const std::string& uid = pod->metadata().uid();
  auto state = runtime_.pod(uid);
  if (!state.ok()) return state.status();
  if (pod->spec().has_activedeadlineseconds() && pod->status().has_starttime()) {
    const auto left = to_time(pod->status().starttime()) +
                      std::chrono::seconds(pod->spec().activedeadlineseconds()) -
                      std::chrono::system_clock::now();
    if (left <= 0s) {
      memory.failed_reason = "DeadlineExceeded";
      memory.failed_message = "Pod was active on the node longer than the specified deadline";
      events_.normal(*pod, "DeadlineExceeded", memory.failed_message);
      return terminate(pod, memory);
    }
  }
  Actions actions =
      compute_actions({*pod, *state, [&](const auto& c) { return probes_.liveness_failed(c.id()); },
                       [&](const auto& c) { return probes_.started(c.id()); }});
  for (const runtime::Sandbox* sandbox : actions.remove_sandboxes)
    if (actions.make_sandbox || ready_sandbox(*state)) {
      // The containers in it are the pod's history: they go with it only once new ones are there.
      if (sandbox->state() == runtime::SANDBOX_READY || sandbox->netns().size())
        KUBUS_TRY(runtime_.remove_sandbox(*sandbox));
    }
  for (const auto& stop : actions.stop) {
    events_.record(*pod, "spec.containers{" + stop.container->config().name() + "}", "Normal",
                   "Killing", stop.why);
    stop_container(*pod, stop.spec, *stop.container, grace_of(*pod));
  }
  Outcome outcome;
  if (actions.finished) {
    KUBUS_TRY(publish(pod, *state, pod_ips(*pod, *state), false, memory));
    return outcome;
  }

  std::error_code error;
  std::filesystem::create_directories(volumes_.pod_dir(uid), error);
  std::filesystem::permissions(volumes_.pod_dir(uid), std::filesystem::perms(0750), error);
  if (actions.make_sandbox) {
    // The API shows the pod as taken on while its first sandbox is being made.
    if (Status made = make_sandbox(*pod, *state); !made.ok()) {
      events_.warning(*pod, "FailedCreatePodSandBox",
                      "Failed to create pod sandbox: " + made.message());
      KUBUS_TRY(publish(pod, *state, {}, false, memory));
      return made;
    }
    state = runtime_.pod(uid);
    if (!state.ok()) return state.status();
  }
  const runtime::Sandbox* sandbox = ready_sandbox(*state);
  if (!sandbox) return Status(Code::kUnavailable, "the sandbox ended while the pod was started");
  const auto ips = pod_ips(*pod, *state);
  auto volumes = volumes_.set_up(*pod, source_, facts(ips));
  if (!volumes.ok()) {
    events_.warning(*pod, "FailedMount", volumes.status().message());
    KUBUS_TRY(publish(pod, *state, ips, false, memory));
    return volumes.status();
  }
  Status failure;
  for (const auto& start : actions.start) {
    Status started = start_container(*pod, start, *sandbox, *volumes, ips, memory, outcome);
    if (!started.ok()) failure = started;
  }
  if (Status started = start_ephemeral(*pod, *state, *sandbox, *volumes, ips, memory);
      !started.ok())
    failure = started;
  state = runtime_.pod(uid);
  if (!state.ok()) return state.status();
  probes_.track(pod, ips.empty() ? settings_.node_ip : ips.front(), running_of(*state));
  KUBUS_TRY(publish(pod, *state, ips, false, memory));
  drop_old_containers(*state);
  if (!failure.ok()) return failure;
  return outcome;
}

void PodWorker::stop_container(const core_v1::Pod& pod, const core_v1::Container* spec,
                               const runtime::Container& container, std::chrono::seconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  if (spec && spec->lifecycle().has_prestop() && grace.count() > 0) {
    const auto& hook = spec->lifecycle().prestop();
    core_v1::ProbeHandler action;
    if (hook.has_exec()) *action.mutable_exec() = hook.exec();
    if (hook.has_httpget()) *action.mutable_httpget() = hook.httpget();
    Status ran;
    if (hook.has_sleep()) {
      const auto seconds =
          std::to_string(std::min<std::int64_t>(hook.sleep().seconds(), grace.count()));
      ran = runtime_.exec(container.id(), {"sleep", seconds}, grace).status();
    } else {
      const std::string ip = pod.status().podip();
      ran = run_probe(runtime_, action, {container.id(), ip, spec}, grace);
    }
    if (!ran.ok())
      events_.record(pod, "spec.containers{" + spec->name() + "}", "Warning", "FailedPreStopHook",
                     "PreStopHook failed");
  }
  // At least two seconds remain for the process itself, as in the reference.
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  const auto timeout = grace.count() == 0 ? 0ms : std::max<std::chrono::milliseconds>(left, 2000ms);
  if (Status stopped = runtime_.stop(container.id(), timeout); !stopped.ok())
    context_.log().warn("container not stopped",
                        {{"container", container.config().name()}, {"error", stopped.to_string()}});
}

// The newest of each name and the one before it are kept: status and `logs --previous` need them.
void PodWorker::drop_old_containers(const NodeRuntime::PodState& state) {
  std::map<std::string, int> seen;
  for (const runtime::Container& container : state.containers) {
    if (++seen[container.config().name()] <= 2 || is_running(container)) continue;
    if (Status removed = runtime_.remove_container(container.id(), false); !removed.ok())
      context_.log().debug("old container not removed", {{"error", removed.to_string()}});
  }
}

Status PodWorker::publish(const PodPtr& pod, const NodeRuntime::PodState& state,
                          const std::vector<std::string>& ips, bool terminating, Memory& memory) {
  StatusInput input{*pod,
                    state,
                    settings_.node_ip,
                    ips,
                    terminating,
                    {},
                    {},
                    {},
                    memory.failed_reason,
                    memory.failed_message};
  input.waiting = [&memory](const std::string& name) -> std::pair<std::string, std::string> {
    auto it = memory.waiting.find(name);
    if (it == memory.waiting.end()) return {};
    return {it->second.reason, it->second.message};
  };
  input.ready = [this](const auto& c) { return probes_.ready(c.id()); };
  input.started = [this](const auto& c) { return probes_.started(c.id()); };
  core_v1::Pod changed = *pod;
  *changed.mutable_status() = make_pod_status(input);
  if (same_content(changed, *pod)) return {};
  // Only the newest object may be overwritten: a conflict brings the pod back here.
  Status updated = client_->update_status(changed).status();
  return updated.code() == Code::kNotFound ? Status() : updated;
}

}  // namespace kubus::kubelet
