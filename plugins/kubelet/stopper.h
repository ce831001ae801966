// Stopper: ends containers in the background: preStop hook, stop signal, and KILL when the grace
// period is over.
//
// Thread safety: all members from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "hooks.h"
#include "pod_model.h"

namespace kubus {
class Context;
class EventRecorder;
}  // namespace kubus

namespace kubus::kubelet {

class Stopper {
 public:
  // `ended(pod uid)` when a container told to stop has ended: look again.
  Stopper(Context& context, NodeRuntime& runtime, Hooks& hooks, EventRecorder& events,
          std::function<void(const std::string& uid)> ended);
  ~Stopper();

  struct Order {
    PodPtr pod;                      // null when nothing is known of it
    const core_v1::Container* spec;  // of `pod`, or null
    const runtime::Container& container;
    std::chrono::steady_clock::time_point deadline;  // of the grace period
    bool hold = false;  // only the hook for now; a later order without it stops
  };
  // True when this is the first order for the container. A later one may bring the deadline forward
  // and end the hold, nothing else.
  bool stop(const Order& order);
  // The containers of the pod are gone.
  void forget(const std::string& pod_uid);
  // How long each container is left after its hook, whatever the hook took: as in the reference.
  static constexpr std::chrono::seconds kLeastGrace{2};

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus::kubelet
