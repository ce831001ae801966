#include "scheduler.h"

#include <k8s/core/v1/binding.pb.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/status.pb.h>

#include "condition.h"
#include "decision.h"
#include "kubus/workload.h"

namespace kubus::scheduler {
namespace {

SchedulingQueue::Time now_steady() { return std::chrono::steady_clock::now(); }

core_v1::Binding binding_of(const core_v1::Pod& pod, const std::string& node) {
  core_v1::Binding binding;
  binding.mutable_metadata()->set_name(pod.metadata().name());
  binding.mutable_metadata()->set_namespace_(pod.metadata().namespace_());
  binding.mutable_metadata()->set_uid(pod.metadata().uid());
  binding.mutable_target()->set_kind("Node");
  binding.mutable_target()->set_name(node);
  return binding;
}

}  // namespace

Scheduler::Scheduler(Context& context, std::string scheduler_name)
    : context_(context),
      name_(std::move(scheduler_name)),
      client_(ApiClient::of(context)),
      events_(context, name_),
      pods_(context),
      nodes_(context) {}

void Scheduler::start() {
  nodes_.on_change([this](const NodePtr& old, const NodePtr& now) { on_node(old, now); },
                   [this] { on_synced(); });
  pods_.on_change([this](const PodPtr& old, const PodPtr& now) { on_pod(old, now); },
                  [this] { on_synced(); });
}

void Scheduler::stop() {
  stopped_ = true;
  timer_.reset();
}

void Scheduler::on_synced() {
  --unsynced_;
  kick();
}

void Scheduler::on_node(const NodePtr& old, const NodePtr& now) {
  if (!now) return table_.remove_node(old->metadata().name());
  if (table_.put_node(*now)) wake(kNodeChange);
}

bool Scheduler::is_ours(const core_v1::Pod& pod) const {
  return pod.spec().nodename().empty() && pod.spec().schedulername() == name_ &&
         pod.spec().schedulinggates().empty() && !pod.metadata().has_deletiontimestamp() &&
         !is_pod_finished(pod);
}

void Scheduler::on_pod(const PodPtr& old, const PodPtr& now) {
  // One pod may have followed another of its name unseen.
  const bool replaced = old && now && old->metadata().uid() != now->metadata().uid();
  if (!now || replaced) forget(*old);
  if (!now) return;
  const PodPtr before = replaced ? nullptr : old;
  if (now->spec().nodename().empty()) {
    on_unassigned(before, *now);
  } else {
    on_assigned(before, *now);
  }
}

void Scheduler::forget(const core_v1::Pod& pod) {
  queue_.erase(key_of(pod));
  assumed_.erase(pod.metadata().uid());
  if (table_.remove_pod(pod.metadata().uid())) wake(kFewerPods);
}

void Scheduler::on_assigned(const PodPtr& old, const core_v1::Pod& pod) {
  if (is_pod_finished(pod)) return forget(pod);
  queue_.erase(key_of(pod));
  assumed_.erase(pod.metadata().uid());
  table_.put_pod(pod.metadata().uid(), pod.spec().nodename(), use_of(pod));
  if (old && !old->spec().nodename().empty() && !same_content(old->spec(), pod.spec()))
    wake(kFewerPods);
}

void Scheduler::on_unassigned(const PodPtr& old, const core_v1::Pod& pod) {
  const ObjectKey key = key_of(pod);
  if (!is_ours(pod)) return queue_.erase(key);
  if (!queue_.knows(key)) {
    queue_.add(key, pod.spec().priority(), pod.metadata().creationtimestamp().seconds());
  } else if (!old || !same_content(old->spec(), pod.spec())) {
    queue_.retry(key, now_steady());
  }
  kick();
}

void Scheduler::wake(Help what) {
  queue_.wake(what, now_steady());
  kick();
}

void Scheduler::kick() {
  if (unsynced_ > 0 || posted_ || stopped_) return;
  posted_ = context_.loop().post([this] { step(); });
}

void Scheduler::step() {
  posted_ = false;
  if (stopped_) return;
  const auto key = queue_.pop(now_steady());
  if (!key) return arm();
  schedule(*key);
  kick();
}

void Scheduler::arm() {
  const auto now = now_steady();
  const auto next = queue_.next(now);
  timer_.reset();
  if (next) timer_ = context_.loop().after(*next - now, [this] { kick(); });
}

void Scheduler::schedule(const ObjectKey& key) {
  const PodPtr pod = pods_.get(key);
  if (!pod || !is_ours(*pod)) return queue_.erase(key);
  // Its binding is on its way; bound() or the cache settles the matter.
  if (assumed_.contains(pod->metadata().uid())) return;
  const PodUse use = use_of(*pod);
  const Decision decision = decide(*pod, use, table_);
  if (decision.nodes.empty()) {
    queue_.failed(key, decision.helpers, now_steady());
    return report(pod, "Unschedulable", decision.message);
  }
  const std::string& node = decision.nodes[turn_++ % decision.nodes.size()];
  table_.put_pod(pod->metadata().uid(), node, use);
  assumed_.insert(pod->metadata().uid());
  bind(pod, node);
}

void Scheduler::bind(const PodPtr& pod, const std::string& node) {
  context_.pool().post([this, pod, node] {
    meta_v1::Status reply;
    const ObjectKey key = key_of(*pod);
    Status status = client_->post<core_v1::Pod>(key, "binding", binding_of(*pod, node), reply);
    if (status.ok())
      events_.normal(*pod, "Scheduled", "Successfully assigned " + key.str() + " to " + node);
    context_.loop().post([this, pod, status = std::move(status)] { bound(pod, status); });
  });
}

void Scheduler::bound(const PodPtr& pod, const Status& status) {
  if (status.ok()) return;
  const std::string& uid = pod->metadata().uid();
  // Not assumed any more: the cache has shown the pod on a node, or without it.
  if (assumed_.erase(uid) == 0) return;
  if (table_.remove_pod(uid)) wake(kFewerPods);
  const ObjectKey key = key_of(*pod);
  const PodPtr current = pods_.get(key);
  if (!current || current->metadata().uid() != uid || !is_ours(*current)) return;
  queue_.again(key, now_steady());
  kick();
  if (status.code() != Code::kNotFound)
    report(current, "SchedulerError", "binding rejected: " + status.message());
}

void Scheduler::report(const PodPtr& pod, const std::string& reason, const std::string& message) {
  events_.warning(*pod, "FailedScheduling", message);
  std::string patch = unscheduled_patch(*pod, reason, message, std::chrono::system_clock::now());
  if (patch.empty()) return;
  context_.pool().post([this, pod, patch = std::move(patch)] {
    const auto result =
        client_->patch<core_v1::Pod>(key_of(*pod), PatchType::kStrategicMerge, patch, "status");
    if (!result.ok() && result.code() != Code::kNotFound)
      context_.log().warn("condition of a pod could not be written",
                          {{"pod", key_of(*pod).str()}, {"error", result.status().message()}});
  });
}

}  // namespace kubus::scheduler
