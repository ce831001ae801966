// Scheduler: follows pods and nodes, decides, binds, and says why a pod has no node.
//
// Thread safety: lives on the context's Loop; bindings and status patches run on its Pool and come
// back as tasks of the Loop. Valid until the context's pool and loop are joined.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>

#include "kubus/client.h"
#include "kubus/context.h"
#include "kubus/events.h"
#include "kubus/informer.h"
#include "node_table.h"
#include "queue.h"

namespace kubus::scheduler {

class Scheduler {
 public:
  Scheduler(Context& context, std::string scheduler_name);
  // Subscribes to pods and nodes; the first decision is made when both are known.
  void start();
  // No new decisions; bindings in progress are finished.
  void stop();

 private:
  using PodPtr = std::shared_ptr<const core_v1::Pod>;
  using NodePtr = std::shared_ptr<const core_v1::Node>;

  void on_pod(const PodPtr& old, const PodPtr& now);
  void on_node(const NodePtr& old, const NodePtr& now);
  void on_synced();
  void forget(const core_v1::Pod& pod);
  void on_assigned(const PodPtr& old, const core_v1::Pod& pod);
  void on_unassigned(const PodPtr& old, const core_v1::Pod& pod);
  bool is_ours(const core_v1::Pod& pod) const;

  // Sees to it that step() runs soon; step() makes one decision.
  void kick();
  void step();
  void arm();
  void schedule(const ObjectKey& key);
  void bind(const PodPtr& pod, const std::string& node);
  void bound(const PodPtr& pod, const Status& status);
  // Event and PodScheduled condition.
  void report(const PodPtr& pod, const std::string& reason, const std::string& message);
  void wake(Help what);

  Context& context_;
  std::string name_;
  std::shared_ptr<ApiClient> client_;
  EventRecorder events_;
  NodeTable table_;
  SchedulingQueue queue_;
  std::unordered_set<std::string> assumed_;  // uids counted on a node before the cache says so
  std::size_t turn_ = 0;
  int unsynced_ = 2;
  bool posted_ = false;
  bool stopped_ = false;
  Registration timer_;
  // Last: their subscriptions end before what their handlers use.
  Informer<core_v1::Pod> pods_;
  Informer<core_v1::Node> nodes_;
};

}  // namespace kubus::scheduler
