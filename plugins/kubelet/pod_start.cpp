// PodWorker's way from a container of the spec to a running one: image, configuration, start, hook.
#include "kubus/context.h"
#include "labels.h"
#include "pod_worker.h"

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

std::string field_path(const ContainerRef& ref) {
  const char* list =
      ref.kind == ContainerKind::kRegular ? "spec.containers" : "spec.initContainers";
  return std::string(list) + "{" + ref.spec->name() + "}";
}

std::string backoff_key(const core_v1::Pod& pod, const std::string& what) {
  return pod.metadata().uid() + "/" + what;
}

void sooner(Outcome& outcome, Duration delay) {
  if (delay.count() <= 0) return;
  if (outcome.delay().count() == 0 || delay < outcome.delay())
    outcome = Outcome::requeue_after(delay);
}

std::string round_seconds(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < 60) return std::to_string(seconds) + "s";
  return std::to_string(seconds / 60) + "m" + std::to_string(seconds % 60) + "s";
}

std::string pod_name(const core_v1::Pod& pod) {
  return pod.metadata().name() + "_" + pod.metadata().namespace_() + "(" + pod.metadata().uid() +
         ")";
}

}  // namespace

Result<runtime::Image> PodWorker::ensure_image(const core_v1::Pod& pod,
                                               const core_v1::Container& container, Memory& memory,
                                               Outcome& outcome) {
  const std::string& policy = container.imagepullpolicy();
  const std::string path = "spec.containers{" + container.name() + "}";
  const std::string quoted = "\"" + container.image() + "\"";
  auto& waiting = memory.waiting[container.name()];
  auto present = runtime_.image(container.image());
  if (!present.ok()) {
    waiting = {"InvalidImageName", present.status().message(), {}};
    events_.record(
        pod, path, "Warning", "InspectFailed",
        "Failed to apply default image tag " + quoted + ": " + present.status().message());
    return present.status();
  }
  if (*present && policy != "Always") {
    events_.record(pod, path, "Normal", "Pulled",
                   "Container image " + quoted + " already present on machine");
    memory.waiting.erase(container.name());
    return std::move(**present);
  }
  if (policy == "Never") {
    const std::string message =
        "Container image " + quoted + " is not present with pull policy of Never";
    waiting = {"ErrImageNeverPull", message, {}};
    events_.record(pod, path, "Warning", "ErrImageNeverPull", message);
    return Status(Code::kNotFound, message);
  }
  const std::string key = backoff_key(pod, container.image());
  const auto now = Backoff::Clock::now();
  if (const auto wait = pulls_.remaining(key, waiting.since, now); wait > 0s) {
    const std::string message = "Back-off pulling image " + quoted;
    waiting = {"ImagePullBackOff", message + ": " + waiting.message, waiting.since};
    events_.record(pod, path, "Normal", "BackOff", message);
    sooner(outcome, wait);
    return Status(Code::kTooManyRequests, message);
  }
  events_.record(pod, path, "Normal", "Pulling", "Pulling image " + quoted);
  const auto started = std::chrono::steady_clock::now();
  auto pulled = runtime_.pull(container.image());
  if (pulled.ok()) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    char text[64];
    std::snprintf(text, sizeof text, "%.3fs", took.count());
    events_.record(pod, path, "Normal", "Pulled",
                   "Successfully pulled image " + quoted + " in " + text + " (" + text +
                       " including waiting). Image size: " + std::to_string(pulled->size()) +
                       " bytes.");
    pulls_.forget(key);
    memory.waiting.erase(container.name());
    return pulled;
  }
  // An image that is there already serves when the registry cannot be reached.
  if (*present && policy != "Always") return std::move(**present);
  const std::string message =
      "failed to pull and unpack image " + quoted + ": " + pulled.status().message();
  events_.record(pod, path, "Warning", "Failed",
                 "Failed to pull image " + quoted + ": " + pulled.status().message());
  events_.record(pod, path, "Warning", "Failed", "Error: ErrImagePull");
  waiting = {"ErrImagePull", message, now};
  pulls_.next(key, now);
  sooner(outcome, pulls_.remaining(key, now, now));
  return pulled.status();
}

Status PodWorker::start_container(const core_v1::Pod& pod, const Actions::Start& start,
                                  const runtime::Sandbox& sandbox, const VolumePaths& volumes,
                                  const std::vector<std::string>& ips, Memory& memory,
                                  Outcome& outcome) {
  const core_v1::Container& spec = *start.container.spec;
  const std::string key = backoff_key(pod, spec.name() + "/" + container_hash(spec));
  const auto now = Backoff::Clock::now();
  const std::string path = field_path(start.container);
  auto state = runtime_.pod(pod.metadata().uid());
  if (!state.ok()) return state.status();
  const auto history = history_of(*state)[spec.name()];
  if (history.current && has_exited(*history.current)) {
    const auto ago = std::chrono::system_clock::now().time_since_epoch() -
                     std::chrono::nanoseconds(history.current->finished_at());
    const auto ended = now - std::chrono::duration_cast<Backoff::Clock::duration>(ago);
    if (const auto wait = restarts_.remaining(key, ended, now); wait > 0s) {
      const std::string message = "back-off " + round_seconds(restarts_.current(key)) +
                                  " restarting failed container=" + spec.name() +
                                  " pod=" + pod_name(pod);
      if (memory.waiting[spec.name()].reason != "CrashLoopBackOff")
        events_.record(
            pod, path, "Warning", "BackOff",
            "Back-off restarting failed container " + spec.name() + " in pod " + pod_name(pod));
      memory.waiting[spec.name()] = {"CrashLoopBackOff", message, {}};
      sooner(outcome, wait);
      return {};
    }
  }
  if (history.current && history.current->state() == runtime::CONTAINER_CREATED)
    KUBUS_TRY(runtime_.remove_container(history.current->id(), false));
  auto image = ensure_image(pod, spec, memory, outcome);
  if (!image.ok()) return outcome.delay().count() > 0 ? Status() : image.status();

  const auto config_failed = [&](const Status& why) {
    memory.waiting[spec.name()] = {"CreateContainerConfigError", why.message(), {}};
    events_.record(pod, path, "Warning", "Failed", "Error: " + why.message());
    return why;
  };
  auto environment = make_environment(pod, spec, source_, facts(ips));
  if (!environment.ok()) return config_failed(environment.status());
  const PodPlace where = place(pod);
  const int restarts = history.current && history.current->state() == runtime::CONTAINER_CREATED
                           ? history.restarts
                           : start.restarts;
  auto config = container_config(
      {pod, spec, start.container.kind, restarts, volumes, *environment, where, ips, *image, ""});
  if (!config.ok()) return config_failed(config.status());
  *config->mutable_resources() = container_resources(pod, spec, settings_.memory_bytes);

  auto created = runtime_.create(sandbox.id(), *config);
  if (!created.ok()) {
    memory.waiting[spec.name()] = {"CreateContainerError", created.status().message(), {}};
    events_.record(pod, path, "Warning", "Failed", "Error: " + created.status().message());
    return created.status();
  }
  events_.record(pod, path, "Normal", "Created", "Container created");
  auto running = runtime_.start(created->id());
  if (restarts > 0 || history.current) restarts_.next(key, now);
  if (restarts == 0 && !history.current) restarts_.next(key, now);
  if (!running.ok()) {
    memory.waiting[spec.name()] = {"RunContainerError", running.status().message(), {}};
    events_.record(pod, path, "Warning", "Failed", "Error: " + running.status().message());
    return running.status();
  }
  events_.record(pod, path, "Normal", "Started", "Container started");
  memory.waiting.erase(spec.name());
  if (!spec.lifecycle().has_poststart()) return {};
  const auto& hook = spec.lifecycle().poststart();
  core_v1::ProbeHandler action;
  if (hook.has_exec()) *action.mutable_exec() = hook.exec();
  if (hook.has_httpget()) *action.mutable_httpget() = hook.httpget();
  const std::string ip = ips.empty() ? settings_.node_ip : ips.front();
  Status ran =
      hook.has_sleep()
          ? runtime_.exec(created->id(), {"sleep", std::to_string(hook.sleep().seconds())}, 10min)
                .status()
          : run_probe(runtime_, action, {created->id(), ip, &spec}, 10min);
  if (ran.ok()) return {};
  events_.record(pod, path, "Warning", "FailedPostStartHook", "PostStartHook failed");
  return runtime_.stop(created->id(), 2s);
}

Status PodWorker::start_ephemeral(const core_v1::Pod& pod, const NodeRuntime::PodState& state,
                                  const runtime::Sandbox& sandbox, const VolumePaths& volumes,
                                  const std::vector<std::string>& ips, Memory& memory) {
  auto history = history_of(state);
  for (const auto& container : pod.spec().ephemeralcontainers()) {
    const core_v1::Container spec = from_ephemeral(container);
    if (history[spec.name()].current) continue;  // never restarted
    Outcome outcome;
    auto image = ensure_image(pod, spec, memory, outcome);
    if (!image.ok()) return image.status();
    auto environment = make_environment(pod, spec, source_, facts(ips));
    if (!environment.ok()) return environment.status();
    const auto& target = history[container.targetcontainername()].current;
    const PodPlace where = place(pod);
    auto config = container_config({pod, spec, ContainerKind::kEphemeral, 0, volumes, *environment,
                                    where, ips, *image, target ? target->id() : ""});
    if (!config.ok()) return config.status();
    auto created = runtime_.create(sandbox.id(), *config);
    if (!created.ok()) return created.status();
    KUBUS_TRY(runtime_.start(created->id()).status());
  }
  return {};
}

}  // namespace kubus::kubelet
