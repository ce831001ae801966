// Hooks: runs the lifecycle hooks of containers in the background.
//
// Thread safety: all members from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pod_model.h"

namespace kubus {
class Context;
}

namespace kubus::kubelet {

class Hooks {
 public:
  struct Target {
    PodPtr pod;
    std::string container_id;
    std::string address;             // for HTTP hooks that name no host
    const core_v1::Container* spec;  // of `pod`
  };
  // Called once, on the Loop or the Pool; never when Hooks is destroyed first.
  using DoneFn = std::function<void(const Status&)>;

  Hooks(Context& context, NodeRuntime& runtime);
  ~Hooks();

  void run(const core_v1::LifecycleHandler& hook, const Target& target,
           std::chrono::seconds timeout, DoneFn done);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus::kubelet
