#include "pod_worker.h"

#include <k8s/core/v1/service_account.pb.h>

#include "allocation.h"
#include "kubus/context.h"
#include "kubus/workload.h"
#include "retry.h"

namespace kubus::kubelet {
PodWorker::PodWorker(Context& context, NodeRuntime& runtime, NodeSettings settings,
                     const Surroundings& surroundings)
    : context_(context),
      runtime_(runtime),
      settings_(std::move(settings)),
      node_(surroundings.node),
      client_(ApiClient::of(context)),
      events_(context, "kubelet", settings_.node_name),
      volumes_(settings_.state_dir + "/pods"),
      objects_(context, surroundings.look_again),
      tokens_([this](const auto& pod, const auto& request) { return ask_token(pod, request); }),
      source_(source(surroundings)),
      admission_(settings_.sysctls),
      probes_(context, runtime, surroundings.look_again,
              [this](const PodPtr& pod, const std::string& container, const std::string& message) {
                events_.record(*pod, field_path(*pod, container), "Warning", "Unhealthy", message);
              }),
      hooks_(context, runtime),
      stopper_(context, runtime, hooks_, events_, surroundings.look_again),
      starter_(runtime, settings_, source_, events_, stopper_, hooks_, surroundings.look_again) {}

PodWorker::~PodWorker() = default;

ObjectSource PodWorker::source(const Surroundings& surroundings) {
  ObjectSource out;
  out.config_map = [this](const auto& ns, const auto& name) {
    return objects_.config_map(ns, name);
  };
  out.secret = [this](const auto& ns, const auto& name) { return objects_.secret(ns, name); };
  out.services = surroundings.services;
  out.token = [this](const auto& pod, const auto& token) { return tokens_.get(pod, token); };
  return out;
}

Result<PodTokens::Request> PodWorker::ask_token(const core_v1::Pod& pod,
                                                const PodTokens::Request& request) {
  const ObjectKey account{pod.metadata().namespace_(), pod.spec().serviceaccountname()};
  PodTokens::Request answer;
  KUBUS_TRY(client_->post<core_v1::ServiceAccount>(account, "token", request, answer));
  return answer;
}

PodWorker::MemoryPtr PodWorker::memory_of(const std::string& uid) {
  std::lock_guard lock(mutex_);
  auto& slot = memories_[uid];
  if (!slot) slot = std::make_shared<PodMemory>();
  return slot;
}

void PodWorker::forget(const std::string& uid) {
  admission_.release(uid);
  objects_.forget(uid);
  tokens_.forget(uid);
  probes_.forget(uid);
  starter_.forget(uid);
  stopper_.forget(uid);
  std::lock_guard lock(mutex_);
  memories_.erase(uid);
}

void PodWorker::know(const core_v1::Pod& pod) {
  if (pod.status().has_starttime() && !is_finished(pod)) admission_.admitted(pod);
}

Outcome PodWorker::sync(const std::string& uid, const PodPtr& pod) {
  if (!pod) return clean_up(uid);
  const MemoryPtr memory = memory_of(uid);
  memory->pod = pod;
  if (pod->metadata().has_deletiontimestamp() || is_finished(*pod) ||
      !memory->failed_reason.empty())
    return terminate(pod, memory);
  if (auto refused = refuse(pod)) return *refused;
  auto known = announce(pod, *memory);
  if (!known.ok()) return known.status();
  memory->pod = *known;
  return run(*known, memory);
}

// Whoever watches a new pod sees that the node has it before anything is made of it.
Result<PodPtr> PodWorker::announce(const PodPtr& pod, const PodMemory& memory) {
  if (!pod->status().containerstatuses().empty()) return pod;
  auto state = runtime_.pod(pod->metadata().uid());
  if (!state.ok()) return state.status();
  return publish(pod, *state, {}, false, memory);
}

std::optional<Outcome> PodWorker::refuse(const PodPtr& pod) {
  if (pod->status().has_starttime()) {
    admission_.admitted(*pod);
    return std::nullopt;
  }
  const auto node = node_();
  // The node's own object is being made or read: its change brings the pod back.
  if (!node) return Outcome::done();
  const auto rejection = admission_.admit(*pod, *node);
  if (!rejection) return std::nullopt;
  events_.warning(*pod, rejection->reason, rejection->message);
  return Outcome(
      store(pod, make_rejected_status(*pod, rejection->reason, rejection->message)).status());
}

PodPlace PodWorker::place(const core_v1::Pod& pod) const {
  const auto& meta = pod.metadata();
  return {volumes_.pod_dir(meta.uid()),
          settings_.log_dir + "/" + meta.namespace_() + "_" + meta.name() + "_" + meta.uid(),
          pod_cgroup(pod, settings_.cgroup_root), settings_.cluster_domain, settings_.cluster_dns};
}

std::vector<std::string> PodWorker::pod_ips(const core_v1::Pod& pod,
                                            const NodeRuntime::PodState& state) {
  const runtime::Sandbox* sandbox = ready_sandbox(state);
  if (!sandbox) return {};
  if (pod.spec().hostnetwork()) return {settings_.node_ip};
  auto ips = runtime_.addresses(*sandbox);
  return ips.ok() ? *ips : std::vector<std::string>();
}

Result<PodPtr> PodWorker::publish(const PodPtr& pod, const NodeRuntime::PodState& state,
                                  const std::vector<std::string>& ips, bool terminating,
                                  const PodMemory& memory) {
  const PodPtr allocated = as_allocated(pod, state);
  StatusInput input{
      *allocated, state, memory.since,         settings_.node_ip,    ips, terminating, {}, {},
      {},         {},    memory.failed_reason, memory.failed_message};
  input.resize_pending = allocated != pod;
  input.waiting = [&memory](const std::string& name) { return memory.waiting(name); };
  input.ready = [this](const auto& c) { return probes_.ready(c.id()); };
  input.started = [this](const auto& c) { return probes_.started(c.id()); };
  input.starting = [&memory](const auto& c) { return memory.hook_runs(c.id()); };
  auto stored = store(pod, make_pod_status(input));
  if (stored.ok() && !find_condition(*pod, kResizePending) &&
      find_condition(**stored, kResizePending))
    events_.warning(*pod, "ResizeInfeasible", kResizeInfeasible);
  return stored;
}

Result<PodPtr> PodWorker::store(const PodPtr& pod, core_v1::PodStatus status) {
  core_v1::Pod changed = *pod;
  *changed.mutable_status() = std::move(status);
  if (same_content(changed, *pod)) return pod;
  // Only the newest object may be overwritten: a conflict brings the pod back here.
  auto updated = client_->update_status(changed);
  if (updated.ok()) return std::make_shared<const core_v1::Pod>(std::move(*updated));
  if (updated.code() == Code::kNotFound) return pod;
  return updated.status();
}

}  // namespace kubus::kubelet
