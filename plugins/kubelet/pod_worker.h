// PodWorker: brings one pod to what its object asks for, step by step; level-triggered.
//
// Thread safety: sync() may run for several pods at once, once at a time for each. It never waits
// for a container, a hook, a probe or a pull to end: each of them has the pod looked at again.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "actions.h"
#include "admission.h"
#include "container_starter.h"
#include "hooks.h"
#include "kubus/client.h"
#include "kubus/events.h"
#include "kubus/work_queue.h"
#include "node_settings.h"
#include "pod_memory.h"
#include "pod_status.h"
#include "probes/probe_manager.h"
#include "stopper.h"
#include "volumes/pod_tokens.h"
#include "volumes/volumes.h"
#include "watched_objects.h"

namespace kubus::kubelet {

class PodWorker {
 public:
  struct Surroundings {
    // The node as admission sees it; unset while that is not known.
    std::function<std::optional<Admission::Node>()> node;
    std::function<std::vector<ObjectSource::ServicePtr>(const std::string& ns)> services;
    std::function<void(const std::string& uid)> look_again;
  };
  PodWorker(Context& context, NodeRuntime& runtime, NodeSettings settings,
            const Surroundings& surroundings);
  ~PodWorker();

  // `pod` is the newest object of that uid; null when the API has none: everything of it goes.
  Outcome sync(const std::string& uid, const PodPtr& pod);
  // A pod that was there before this kubelet: when an earlier run took it on, its room is taken.
  void know(const core_v1::Pod& pod);
  Volumes& volumes() { return volumes_; }
  const ProbeManager& probes() const { return probes_; }

 private:
  using MemoryPtr = std::shared_ptr<PodMemory>;

  // Unset: the pod is taken on.
  std::optional<Outcome> refuse(const PodPtr& pod);
  // `asked`: as its object is; what is started has what was allocated.
  Outcome run(const PodPtr& asked, const MemoryPtr& memory);
  Outcome start_containers(const PodPtr& pod, const Actions& actions,
                           const NodeRuntime::PodState& state, const VolumePaths& volumes,
                           const std::vector<std::string>& ips, const MemoryPtr& memory);
  Outcome start_ephemeral(const ContainerStarter::Pod& pod);
  Status make_sandbox(const core_v1::Pod& pod, const NodeRuntime::PodState& state);
  void stop_unwanted(const PodPtr& pod, const Actions& actions, PodMemory& memory);
  // How long the pod may still be active; unset without a deadline.
  static std::optional<Duration> active_time_left(const core_v1::Pod& pod);

  // For good: the pod is deleted, finished or failed.
  Outcome terminate(const PodPtr& pod, const MemoryPtr& memory);
  // Ends what runs, in order; done when nothing does.
  Outcome end_containers(const PodPtr& pod, const NodeRuntime::PodState& state, PodMemory& memory);
  Outcome finish_deletion(const core_v1::Pod& pod, const NodeRuntime::PodState& state);
  // Sandboxes with their containers and logs, and volumes.
  Status remove_all(const std::string& uid, const NodeRuntime::PodState& state);
  Outcome clean_up(const std::string& uid);
  void drop_old(const NodeRuntime::PodState& state);
  void forget(const std::string& uid);

  // The pod as it is then.
  Result<PodPtr> announce(const PodPtr& pod, const PodMemory& memory);
  Result<PodPtr> publish(const PodPtr& pod, const NodeRuntime::PodState& state,
                         const std::vector<std::string>& ips, bool terminating,
                         const PodMemory& memory);
  Result<PodPtr> store(const PodPtr& pod, core_v1::PodStatus status);
  std::vector<std::string> pod_ips(const core_v1::Pod& pod, const NodeRuntime::PodState& state);
  PodPlace place(const core_v1::Pod& pod) const;
  ObjectSource source(const Surroundings& surroundings);
  Result<PodTokens::Request> ask_token(const core_v1::Pod& pod, const PodTokens::Request& request);
  MemoryPtr memory_of(const std::string& uid);

  Context& context_;
  NodeRuntime& runtime_;
  const NodeSettings settings_;
  const std::function<std::optional<Admission::Node>()> node_;
  std::shared_ptr<ApiClient> client_;
  EventRecorder events_;
  Volumes volumes_;
  WatchedObjects objects_;
  PodTokens tokens_;
  const ObjectSource source_;
  Admission admission_;
  ProbeManager probes_;
  Hooks hooks_;
  Stopper stopper_;
  ContainerStarter starter_;
  std::mutex mutex_;
  std::unordered_map<std::string, MemoryPtr> memories_;
};

}  // namespace kubus::kubelet
