// PodWorker's way down: a pod that is deleted, finished or failed, and what is left of one.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "kubus/context.h"
#include "logs/rotation.h"
#include "pod_worker.h"
#include "termination.h"

namespace kubus::kubelet {

namespace {

using Clock = std::chrono::steady_clock;

// For a pod of an earlier run that nobody knows any more: what its sandbox still says.
PodPtr stand_in(const std::string& uid, const NodeRuntime::PodState& state) {
  auto pod = std::make_shared<core_v1::Pod>();
  auto& meta = *pod->mutable_metadata();
  meta.set_uid(uid);
  if (state.sandboxes.empty()) return pod;
  meta.set_name(state.sandboxes.front().config().pod_name());
  meta.set_namespace_(state.sandboxes.front().config().pod_namespace());
  return pod;
}

}  // namespace

Outcome PodWorker::end_containers(const PodPtr& pod, const NodeRuntime::PodState& state,
                                  PodMemory& memory) {
  const auto now = Clock::now();
  // The grace period is the pod's, not each container's; a second deletion may shorten it.
  const auto deadline = now + grace_of(*pod);
  memory.stop_by = memory.stop_by ? std::min(*memory.stop_by, deadline) : deadline;
  for (const auto& step : termination_steps(*pod, state, now >= *memory.stop_by)) {
    const std::string& name = step.container->config().name();
    if (stopper_.stop({pod, step.spec, *step.container, *memory.stop_by, step.hold}))
      events_.record(*pod, field_path(*pod, name), "Normal", "Killing",
                     "Stopping container " + name);
  }
  // Each end brings the pod back; the end of the grace period does as well.
  return now < *memory.stop_by ? Outcome::requeue_after(*memory.stop_by - now) : Outcome::done();
}

Outcome PodWorker::terminate(const PodPtr& pod, const MemoryPtr& memory) {
  const std::string& uid = pod->metadata().uid();
  auto state = runtime_.pod(uid);
  if (!state.ok()) return state.status();
  probes_.forget(uid);
  starter_.forget(uid);
  const bool any_running = std::any_of(state->containers.begin(), state->containers.end(),
                                       [](const auto& c) { return is_running(c); });
  if (any_running) {
    const Outcome outcome = end_containers(pod, *state, *memory);
    KUBUS_TRY(publish(pod, *state, pod_ips(*pod, *state), true, *memory).status());
    return outcome;
  }
  objects_.forget(uid);
  admission_.release(uid);
  // The last statuses are read from the containers, so they go only after this. What is finished
  // and has left nothing here says all there is to say already.
  const bool known = !state->sandboxes.empty() || !state->containers.empty();
  if (known || !is_finished(*pod))
    KUBUS_TRY(publish(pod, *state, pod_ips(*pod, *state), true, *memory).status());
  if (pod->metadata().has_deletiontimestamp()) return finish_deletion(*pod, *state);
  // A finished pod keeps its containers for their logs; its network and namespaces go.
  for (const runtime::Sandbox& sandbox : state->sandboxes)
    if (sandbox.state() == runtime::SANDBOX_READY) KUBUS_TRY(runtime_.stop_sandbox(sandbox));
  return Outcome::done();
}

Status PodWorker::remove_all(const std::string& uid, const NodeRuntime::PodState& state) {
  for (const runtime::Sandbox& sandbox : state.sandboxes) {
    KUBUS_TRY(runtime_.remove_sandbox(sandbox));
    const std::string& logs = sandbox.config().log_directory();
    std::error_code error;
    if (logs.starts_with(settings_.log_dir + "/")) std::filesystem::remove_all(logs, error);
    if (error) return Status(Code::kInternalError, logs + ": " + error.message());
  }
  return volumes_.tear_down(uid);
}

Outcome PodWorker::finish_deletion(const core_v1::Pod& pod, const NodeRuntime::PodState& state) {
  KUBUS_TRY(remove_all(pod.metadata().uid(), state));
  DeleteOptions options;
  options.grace_period_seconds = 0;
  options.uid = pod.metadata().uid();
  Status removed = client_->remove<core_v1::Pod>(key_of(pod), options);
  if (removed.code() == Code::kNotFound || removed.code() == Code::kConflict)
    return Outcome::done();
  return removed;
}

// The API has no such pod: it was deleted while this node was away, or with force.
Outcome PodWorker::clean_up(const std::string& uid) {
  auto state = runtime_.pod(uid);
  if (!state.ok()) return state.status();
  probes_.forget(uid);
  const MemoryPtr memory = memory_of(uid);
  const bool any_running = std::any_of(state->containers.begin(), state->containers.end(),
                                       [](const auto& c) { return is_running(c); });
  if (any_running)
    return end_containers(memory->pod ? memory->pod : stand_in(uid, *state), *state, *memory);
  KUBUS_TRY(remove_all(uid, *state));
  forget(uid);
  return Outcome::done();
}

// The newest container of each name and the one before it are kept: status and `logs --previous`
// need them. A dead sandbox goes with the last of its containers.
void PodWorker::drop_old(const NodeRuntime::PodState& state) {
  std::map<std::string, int> seen;
  std::set<std::string> inhabited;
  for (const runtime::Container& container : state.containers) {
    if (++seen[container.config().name()] <= 2 || is_running(container)) {
      inhabited.insert(container.sandbox_id());
      continue;
    }
    if (Status removed = runtime_.remove_container(container.id(), false); !removed.ok())
      context_.log().debug("old container not removed", {{"error", removed.to_string()}});
    else if (!container.log_path().empty())
      remove_rotated_logs(container.log_path());
  }
  for (const runtime::Sandbox& sandbox : state.sandboxes) {
    if (&sandbox == ready_sandbox(state) || inhabited.contains(sandbox.id())) continue;
    if (Status removed = runtime_.remove_sandbox(sandbox); !removed.ok())
      context_.log().debug("old sandbox not removed", {{"error", removed.to_string()}});
  }
}

}  // namespace kubus::kubelet
