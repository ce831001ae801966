// What the containers of a pod were given. This node resizes none in place: each keeps what it was
// first made with, also when it is started again or this plugin is, until its spec asks for that
// once more. The runtime keeps it with the container.
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "pod_model.h"

namespace kubus::kubelet {

inline constexpr const char* kResizePending = "PodResizePending";
inline constexpr const char* kResizeInfeasible =
    "In-place resize of containers is not supported by this node";

// For the annotation kContainerResources.
std::string resources_text(const core_v1::Container& container);

// The pod with the resources that its containers have. `pod` itself when these are what it asks
// for; containers that were never made get what it asks for.
PodPtr as_allocated(const PodPtr& pod, const NodeRuntime::PodState& state);

}  // namespace kubus::kubelet
