// ContainerStarter: the way from a container of the spec to a running one: backoff, image,
// configuration, creation, start, postStart hook.
//
// Thread safety: start() for several pods at once, once at a time for each. Nothing here waits for
// a pull or a hook: when one is over, the pod is looked at again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "actions.h"
#include "backoff.h"
#include "container_config.h"
#include "hooks.h"
#include "image_pulls.h"
#include "kubus/events.h"
#include "kubus/work_queue.h"
#include "node_settings.h"
#include "pod_memory.h"
#include "stopper.h"

namespace kubus::kubelet {

class ContainerStarter {
 public:
  using LookAgainFn = std::function<void(const std::string& uid)>;
  ContainerStarter(NodeRuntime& runtime, const NodeSettings& settings, ObjectSource source,
                   EventRecorder& events, Stopper& stopper, Hooks& hooks, LookAgainFn look_again);

  // What the containers of one pod are started with.
  struct Pod {
    PodPtr object;
    const NodeRuntime::PodState& state;
    const runtime::Sandbox& sandbox;
    const VolumePaths& volumes;
    PodPlace place;
    std::vector<std::string> ips;
    std::shared_ptr<PodMemory> memory;
  };
  // `target_id`: of the container whose processes an ephemeral one shares. The outcome says when to
  // try again; why it does not run is in the pod's memory.
  Outcome start(const Pod& pod, const Actions::Start& wanted, const std::string& target_id = "");
  void forget(const std::string& uid);

 private:
  class Attempt;

  NodeRuntime& runtime_;
  const NodeSettings& settings_;
  const ObjectSource source_;
  EventRecorder& events_;
  Stopper& stopper_;
  Hooks& hooks_;
  const LookAgainFn look_again_;
  ImagePulls pulls_;
  Backoff restart_backoff_;
  Backoff pull_backoff_;
};

}  // namespace kubus::kubelet
