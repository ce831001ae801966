// PodWorker's way down: a pod that is deleted, finished or failed, and what is left of one.
#include <thread>

#include "kubus/context.h"
#include "pod_worker.h"

namespace kubus::kubelet {
namespace {

std::chrono::seconds grace_of_deletion(const core_v1::Pod& pod) {
  if (pod.metadata().has_deletiongraceperiodseconds())
    return std::chrono::seconds(pod.metadata().deletiongraceperiodseconds());
  return std::chrono::seconds(pod.spec().has_terminationgraceperiodseconds()
                                  ? pod.spec().terminationgraceperiodseconds()
                                  : 30);
}

bool any_running(const NodeRuntime::PodState& state) {
  return std::any_of(state.containers.begin(), state.containers.end(),
                     [](const auto& container) { return is_running(container); });
}

}  // namespace

Outcome PodWorker::terminate(const PodPtr& pod, Memory& memory) {
  const std::string& uid = pod->metadata().uid();
  auto state = runtime_.pod(uid);
  if (!state.ok()) return state.status();
  const auto ips = pod_ips(*pod, *state);
  probes_.forget(uid);
  if (any_running(*state)) {
    // All at once: the grace period is the pod's, not each container's. Sidecars go with the rest
    // once their regular containers have had their time.
    std::vector<std::thread> stoppers;
    for (const runtime::Container& container : state->containers) {
      if (!is_running(container)) continue;
      const core_v1::Container* spec = find_container(*pod, container.config().name());
      events_.record(*pod, "spec.containers{" + container.config().name() + "}", "Normal",
                     "Killing", "Stopping container " + container.config().name());
      stoppers.emplace_back([this, pod, spec, &container] {
        stop_container(*pod, spec, container, grace_of_deletion(*pod));
      });
    }
    for (std::thread& stopper : stoppers) stopper.join();
    state = runtime_.pod(uid);
    if (!state.ok()) return state.status();
    if (any_running(*state)) return Status(Code::kUnavailable, "containers of the pod do not end");
  }
  // The last statuses are read from the containers, so they go only after it is published.
  KUBUS_TRY(publish(pod, *state, ips, true, memory));
  if (!pod->metadata().has_deletiontimestamp()) {
    // A finished pod keeps its containers for their logs; its network and namespaces go.
    for (const runtime::Sandbox& sandbox : state->sandboxes)
      if (sandbox.state() == runtime::SANDBOX_READY) KUBUS_TRY(runtime_.stop_sandbox(sandbox));
    return Outcome::done();
  }
  for (const runtime::Sandbox& sandbox : state->sandboxes)
    KUBUS_TRY(runtime_.remove_sandbox(sandbox));
  KUBUS_TRY(volumes_.tear_down(uid));
  DeleteOptions options;
  options.grace_period_seconds = 0;
  options.uid = uid;
  Status removed = client_->remove<core_v1::Pod>(key_of(*pod), options);
  if (removed.code() == Code::kNotFound || removed.code() == Code::kConflict)
    return Outcome::done();
  return removed;
}

// The API has no such pod: it was deleted while this node was away, or with force.
Outcome PodWorker::clean_up(const std::string& uid) {
  auto state = runtime_.pod(uid);
  if (!state.ok()) return state.status();
  probes_.forget(uid);
  for (const runtime::Container& container : state->containers)
    if (is_running(container)) KUBUS_TRY(runtime_.stop(container.id(), std::chrono::seconds(30)));
  for (const runtime::Sandbox& sandbox : state->sandboxes)
    KUBUS_TRY(runtime_.remove_sandbox(sandbox));
  KUBUS_TRY(volumes_.tear_down(uid));
  restarts_.forget(uid);
  pulls_.forget(uid);
  std::lock_guard lock(mutex_);
  memories_.erase(uid);
  return Outcome::done();
}

}  // namespace kubus::kubelet
