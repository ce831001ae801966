// Pods and runtime states for tests, in a few words.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <string>

#include "labels.h"
#include "pod_model.h"

namespace kubus::kubelet::test {

inline core_v1::Pod make_pod(const std::string& policy = "Always") {
  core_v1::Pod pod;
  pod.mutable_metadata()->set_name("web");
  pod.mutable_metadata()->set_namespace_("default");
  pod.mutable_metadata()->set_uid("u1");
  pod.mutable_metadata()->set_generation(3);
  pod.mutable_spec()->set_restartpolicy(policy);
  return pod;
}

inline core_v1::Container& add_container(core_v1::Pod& pod, const std::string& name) {
  auto& container = *pod.mutable_spec()->add_containers();
  container.set_name(name);
  container.set_image("demo:1.0");
  return container;
}

inline core_v1::Container& add_init(core_v1::Pod& pod, const std::string& name) {
  auto& container = *pod.mutable_spec()->add_initcontainers();
  container.set_name(name);
  return container;
}

inline core_v1::Container& add_sidecar(core_v1::Pod& pod, const std::string& name) {
  auto& container = add_init(pod, name);
  container.set_restartpolicy("Always");
  return container;
}

// What the runtime has; the newest is added last and stands first, as the runtime's lists do.
class StateBuilder {
 public:
  StateBuilder& sandbox(const std::string& id, bool ready = true) {
    runtime::Sandbox sandbox;
    sandbox.set_id(id);
    sandbox.set_state(ready ? runtime::SANDBOX_READY : runtime::SANDBOX_NOT_READY);
    state_.sandboxes.insert(state_.sandboxes.begin(), sandbox);
    return *this;
  }
  StateBuilder& running(const std::string& name, int restarts = 0) {
    container(name, restarts).set_state(runtime::CONTAINER_RUNNING);
    return *this;
  }
  StateBuilder& created(const std::string& name, int restarts = 0) {
    container(name, restarts).set_state(runtime::CONTAINER_CREATED);
    return *this;
  }
  StateBuilder& exited(const std::string& name, int code, int restarts = 0) {
    auto& container = this->container(name, restarts);
    container.set_state(runtime::CONTAINER_EXITED);
    container.set_exit_code(code);
    container.set_reason(code == 0 ? "Completed" : "Error");
    return *this;
  }
  const NodeRuntime::PodState& get() const { return state_; }

 private:
  // In the newest sandbox.
  runtime::Container& container(const std::string& name, int restarts) {
    runtime::Container container;
    container.set_id(name + "-" + std::to_string(restarts));
    container.set_sandbox_id(state_.sandboxes.front().id());
    container.mutable_config()->set_name(name);
    (*container.mutable_config()->mutable_annotations())[kRestartCount] = std::to_string(restarts);
    state_.containers.insert(state_.containers.begin(), container);
    return state_.containers.front();
  }
  NodeRuntime::PodState state_;
};

}  // namespace kubus::kubelet::test
