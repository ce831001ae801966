// What is known of one pod while it is worked on: its object, and what the runtime has of it.
//
// Thread safety: values; worked on by one worker at a time.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "node_runtime.h"

namespace kubus::kubelet {

using PodPtr = std::shared_ptr<const core_v1::Pod>;

enum class ContainerKind { kInit, kSidecar, kRegular, kEphemeral };

// A container of the pod's spec, whichever of its lists it stands in.
struct ContainerRef {
  ContainerKind kind;
  const core_v1::Container* spec;  // lives as long as the pod object
};
// Init containers (sidecars among them) in order, then regular ones.
std::vector<ContainerRef> containers_of(const core_v1::Pod& pod);
const core_v1::Container* find_container(const core_v1::Pod& pod, std::string_view name);

// True if a container of any kind, ephemeral ones too, has that name.
bool has_container(const core_v1::Pod& pod, std::string_view name);
// True if it is to run in a terminal.
bool has_terminal(const core_v1::Pod& pod, std::string_view name);

// A regular container form of an ephemeral one.
core_v1::Container from_ephemeral(const core_v1::EphemeralContainer& container);

// The newest container of each name, and the one before it.
struct ContainerHistory {
  const runtime::Container* current = nullptr;
  const runtime::Container* previous = nullptr;
  int restarts = 0;
};
std::map<std::string, ContainerHistory> history_of(const NodeRuntime::PodState& state);

// The newest sandbox while it lives; null when the pod needs one.
const runtime::Sandbox* ready_sandbox(const NodeRuntime::PodState& state);
// Its phase says that nothing of it runs any more.
bool is_finished(const core_v1::Pod& pod);
// "pod_namespace(uid)", as messages name a pod.
std::string full_name(const core_v1::Pod& pod);
// The path that an event about a container carries: "spec.containers{web}".
std::string field_path(const core_v1::Pod& pod, std::string_view container);
int restart_count(const runtime::Container& container);
bool is_running(const runtime::Container& container);
bool has_exited(const runtime::Container& container);
bool is_ephemeral(const runtime::Container& container);
// Whether a container that ended as `container` did is to be started again.
bool should_restart(const core_v1::Pod& pod, ContainerKind kind,
                    const runtime::Container& container);

// Changes when the running container no longer is what the spec asks for.
std::string container_hash(const core_v1::Container& container);

// "Guaranteed", "Burstable" or "BestEffort".
std::string qos_class(const core_v1::Pod& pod);

}  // namespace kubus::kubelet
