// PodWorker's way up: sandbox, volumes and containers of a pod that is to run.
#include <algorithm>
#include <filesystem>

#include "allocation.h"
#include "kubus/api/time.h"
#include "kubus/context.h"
#include "pod_worker.h"
#include "retry.h"
#include "termination.h"

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

std::vector<const runtime::Container*> running_of(const NodeRuntime::PodState& state) {
  std::vector<const runtime::Container*> running;
  for (const auto& container : state.containers)
    if (is_running(container)) running.push_back(&container);
  return running;
}

Status make_pod_dir(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) std::filesystem::permissions(path, std::filesystem::perms(0750), error);
  if (error) return Status(Code::kInternalError, path + ": " + error.message());
  return {};
}

}  // namespace

Status PodWorker::make_sandbox(const core_v1::Pod& pod, const NodeRuntime::PodState& state) {
  // The containers of a dead one stay: they are the pod's history. What it held goes.
  for (const runtime::Sandbox& dead : state.sandboxes) KUBUS_TRY(runtime_.stop_sandbox(dead));
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

std::optional<Duration> PodWorker::active_time_left(const core_v1::Pod& pod) {
  if (!pod.spec().has_activedeadlineseconds() || !pod.status().has_starttime()) return std::nullopt;
  return to_time(pod.status().starttime()) +
         std::chrono::seconds(pod.spec().activedeadlineseconds()) -
         std::chrono::system_clock::now();
}

void PodWorker::stop_unwanted(const PodPtr& pod, const Actions& actions, PodMemory& memory) {
  for (const Actions::Stop& stop : actions.stop) {
    const auto grace = grace_of(*pod, stop.spec, stop.cause);
    const auto deadline = std::chrono::steady_clock::now() + grace;
    if (!stopper_.stop({pod, stop.spec, *stop.container, deadline})) continue;
    memory.killed.insert(stop.container->id());
    events_.record(*pod, field_path(*pod, stop.container->config().name()), "Normal", "Killing",
                   stop.why);
  }
}

Outcome PodWorker::run(const PodPtr& asked, const MemoryPtr& memory) {
  auto read = runtime_.pod(asked->metadata().uid());
  if (!read.ok()) return read.status();
  NodeRuntime::PodState state = std::move(*read);
  const PodPtr pod = as_allocated(asked, state);
  const auto left = active_time_left(*pod);
  if (left && *left <= 0s) {
    memory->failed_reason = "DeadlineExceeded";
    memory->failed_message = "Pod was active on the node longer than the specified deadline";
    events_.normal(*pod, "DeadlineExceeded", memory->failed_message);
    return terminate(asked, memory);
  }
  objects_.track(*pod);
  const Actions actions =
      compute_actions({*pod, state, [this](const auto& c) { return probes_.liveness(c.id()); },
                       [this](const auto& c) { return probes_.startup(c.id()); }});
  if (actions.finished) return terminate(asked, memory);
  stop_unwanted(pod, actions, *memory);

  const auto give_up = [&](const Status& why, const std::vector<std::string>& ips) -> Outcome {
    KUBUS_TRY(publish(asked, state, ips, false, *memory).status());
    return retry_after(why);
  };
  KUBUS_TRY(make_pod_dir(volumes_.pod_dir(pod->metadata().uid())));
  auto volumes = volumes_.set_up(*pod, source_, settings_.facts({}));
  if (!volumes.ok()) {
    events_.warning(*pod, "FailedMount", volumes.status().message());
    return give_up(volumes.status(), pod_ips(*pod, state));
  }
  for (const std::string& problem : volumes->problems)
    events_.warning(*pod, "FailedMount", problem);
  if (actions.make_sandbox) {
    if (!state.sandboxes.empty())
      events_.normal(*pod, "SandboxChanged",
                     "Pod sandbox changed, it will be killed and re-created.");
    if (Status made = make_sandbox(*pod, state); !made.ok()) {
      events_.warning(*pod, "FailedCreatePodSandBox",
                      "Failed to create pod sandbox: " + made.message());
      return give_up(made, {});
    }
    read = runtime_.pod(pod->metadata().uid());
    if (!read.ok()) return read.status();
    state = std::move(*read);
  }
  const auto ips = pod_ips(*pod, state);
  Outcome outcome = start_containers(pod, actions, state, volumes->paths, ips, memory);
  read = runtime_.pod(pod->metadata().uid());
  if (!read.ok()) return read.status();
  state = std::move(*read);
  std::erase_if(memory->killed, [&state](const std::string& id) {
    return std::none_of(state.containers.begin(), state.containers.end(),
                        [&id](const auto& container) { return container.id() == id; });
  });
  probes_.track(pod, ips.empty() ? settings_.node_ip : ips.front(), running_of(state));
  KUBUS_TRY(publish(asked, state, ips, false, *memory).status());
  drop_old(state);
  if (left) outcome = sooner(outcome, Outcome::requeue_after(*left));
  if (const auto due = tokens_.due(pod->metadata().uid()))
    outcome = sooner(outcome, Outcome::requeue_after(*due));
  return outcome;
}

Outcome PodWorker::start_containers(const PodPtr& pod, const Actions& actions,
                                    const NodeRuntime::PodState& state, const VolumePaths& volumes,
                                    const std::vector<std::string>& ips, const MemoryPtr& memory) {
  const runtime::Sandbox* sandbox = ready_sandbox(state);
  if (!sandbox) {
    // What runs in a dead one is being ended: its end brings the pod back.
    if (!actions.make_sandbox) return {};
    return Status(Code::kUnavailable, "the sandbox ended while the pod was started");
  }
  const ContainerStarter::Pod starting{pod, state, *sandbox, volumes, place(*pod), ips, memory};
  Outcome outcome;
  for (const Actions::Start& start : actions.start) {
    // The next container waits for the hook of the one before it.
    if (memory->any_hook_runs()) break;
    outcome = sooner(outcome, starter_.start(starting, start));
  }
  return sooner(outcome, start_ephemeral(starting));
}

Outcome PodWorker::start_ephemeral(const ContainerStarter::Pod& pod) {
  Outcome outcome;
  auto history = history_of(pod.state);
  for (const auto& container : pod.object->spec().ephemeralcontainers()) {
    const core_v1::Container spec = from_ephemeral(container);
    const runtime::Container* before = history[spec.name()].current;
    // Never started a second time.
    if (before && before->state() != runtime::CONTAINER_CREATED) continue;
    const runtime::Container* target = history[container.targetcontainername()].current;
    outcome = sooner(outcome, starter_.start(pod, {{ContainerKind::kEphemeral, &spec}, 0},
                                             target ? target->id() : ""));
  }
  return outcome;
}

}  // namespace kubus::kubelet
