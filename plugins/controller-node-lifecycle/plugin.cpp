#include <k8s/coordination/v1/lease.pb.h>
#include <kubus/controller.h>
#include <kubus/events.h>
#include <kubus/plugin.h>

#include <mutex>

#include "rules.h"

namespace kubus::node_lifecycle {

namespace {
using Clock = std::chrono::steady_clock;
}

class NodeLifecyclePlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    grace_ = context().config().duration("node_monitor_grace_period");
    controller_.workers(4);
    controller_.watch<coordination_v1::Lease>(
        [](const coordination_v1::Lease& lease) {
          return std::vector<ObjectKey>{{"", lease.metadata().name()}};
        },
        leases_);
    controller_.watch<core_v1::Pod>([](const core_v1::Pod& pod) {
      return pod.spec().nodename().empty() ? std::vector<ObjectKey>{}
                                           : std::vector<ObjectKey>{{"", pod.spec().nodename()}};
    });
    return controller_.reconcile_key<core_v1::Node>(
        [this](const ObjectKey& key) { return reconcile(key); });
  }

 private:
  // Signs of life by the clock of this machine: those of the node may be wrong.
  struct Seen {
    std::string signs;
    Clock::time_point when;
  };

  Duration silent_for(const core_v1::Node& node) {
    auto lease = controller_.informer<coordination_v1::Lease>(leases_).get(
        {"kube-node-lease", node.metadata().name()});
    std::string signs = lease ? lease->spec().renewtime().SerializeAsString() : "";
    for (const auto& condition : node.status().conditions())
      if (condition.type() == "Ready")
        signs += "/" + condition.lastheartbeattime().SerializeAsString();
    std::lock_guard lock(mutex_);
    const auto [entry, fresh] = seen_.try_emplace(node.metadata().name());
    if (fresh)
      node_events_.normal(
          node, "RegisteredNode",
          "Node " + entry->first + " event: Registered Node " + entry->first + " in Controller");
    auto& seen = entry->second;
    if (seen.when == Clock::time_point{} || seen.signs != signs) seen = {signs, Clock::now()};
    return Clock::now() - seen.when;
  }

  Outcome reconcile(const ObjectKey& key) {
    const auto cached = controller_.informer<core_v1::Node>().get(key);
    if (!cached) {
      std::lock_guard lock(mutex_);
      seen_.erase(key.name);
      return Outcome::done();
    }
    const SystemTime now = std::chrono::system_clock::now();
    core_v1::Node node = *cached;
    const Duration silent = silent_for(node);
    if (silent >= grace_ && mark_unknown(node, now)) {
      auto stored = controller_.client().update_status(node);
      if (!stored.ok()) return stored.status();
      node = *stored;
      node_events_.normal(node, "NodeNotReady",
                          "Node " + node.metadata().name() + " status is now: NodeNotReady");
    }
    if (apply_taints(node, now)) {
      auto stored = controller_.client().update(node);
      if (!stored.ok()) return stored.status();
      node = *stored;
    }
    Duration next = silent < grace_ ? grace_ - silent : Duration{0};
    if (Status s = visit_pods(node, now, next); !s.ok()) return s;
    return next.count() > 0 ? Outcome::requeue_after(next) : Outcome::done();
  }

  // `next` becomes the time to the next eviction if that is earlier (0: nothing is due).
  Status visit_pods(const core_v1::Node& node, SystemTime now, Duration& next) {
    const std::string ready = condition_status(node, "Ready");
    const bool lost = ready == "False" || ready == "Unknown";
    if (!lost && !has_no_execute(node)) return {};
    Status first;
    for (const auto& pod : controller_.informer<core_v1::Pod>().list()) {
      if (pod->spec().nodename() != node.metadata().name() || is_deleting(*pod)) continue;
      const auto due = eviction_time(*pod, node, now);
      Status status;
      if (due && *due <= now) {
        status = evict(*pod, now);
      } else {
        if (due && (next.count() == 0 || *due - now < next)) next = *due - now;
        if (lost) status = mark_not_ready(*pod, now);
      }
      if (!status.ok() && status.code() != Code::kNotFound && first.ok()) first = status;
    }
    return first;
  }

  Status evict(const core_v1::Pod& pod, SystemTime now) {
    core_v1::Pod marked = pod;
    if (mark_disrupted(marked, now)) KUBUS_TRY(controller_.client().update_status(marked).status());
    events_.normal(pod, "TaintManagerEviction", "Marking for deletion Pod " + key_of(pod).str());
    DeleteOptions options;
    options.uid = pod.metadata().uid();
    return controller_.client().remove<core_v1::Pod>(key_of(pod), options);
  }

  Status mark_not_ready(const core_v1::Pod& pod, SystemTime now) {
    core_v1::Pod changed = pod;
    for (auto& condition : *changed.mutable_status()->mutable_conditions()) {
      if (condition.type() != "Ready" || condition.status() != "True") continue;
      condition.set_status("False");
      set_time(*condition.mutable_lasttransitiontime(), now);
      node_events_.warning(pod, "NodeNotReady", "Node is not ready");
      return controller_.client().update_status(changed).status();
    }
    return {};
  }

  const InformerOptions leases_{"kube-node-lease", "", ""};
  Duration grace_{};
  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
  EventRecorder events_{context(), "taint-eviction-controller"};
  EventRecorder node_events_{context(), "node-controller"};
  Controller controller_{context(), "node-lifecycle"};
};

}  // namespace kubus::node_lifecycle

KUBUS_PLUGIN(kubus::node_lifecycle::NodeLifecyclePlugin)
