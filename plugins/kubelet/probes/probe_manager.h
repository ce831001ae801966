// ProbeManager: runs the probes of running containers at their periods and keeps the verdicts.
//
// Thread safety: all members from any thread. Probes run on the context's Pool; each container's
// probes are driven by timers of the Loop.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <functional>
#include <memory>
#include <string>

#include "../actions.h"
#include "../node_runtime.h"
#include "../pod_model.h"
#include "kubus/api/types.h"

namespace kubus {
class Context;
}

namespace kubus::kubelet {

class ProbeManager {
 public:
  // `changed(pod uid)` when a verdict changed; `unhealthy` for each probe that did not succeed, for
  // its event: (pod, container name, message).
  using ChangedFn = std::function<void(const std::string& uid)>;
  using UnhealthyFn =
      std::function<void(const PodPtr&, const std::string& container, const std::string& message)>;
  ProbeManager(Context& context, NodeRuntime& runtime, ChangedFn changed, UnhealthyFn unhealthy);
  ~ProbeManager();

  // Probes exactly the running containers given; called after every look at the pod.
  void track(const PodPtr& pod, const std::string& pod_ip,
             const std::vector<const runtime::Container*>& running);
  void forget(const std::string& uid);

  // What the probes have shown so far, in Prometheus' text format.
  std::string metrics() const;

  ProbeVerdict liveness(const std::string& container_id) const;
  ProbeVerdict startup(const std::string& container_id) const;
  // True without such a probe.
  bool ready(const std::string& container_id) const;
  bool started(const std::string& container_id) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus::kubelet
