// The status of one container. Thread safety: pure.
#pragma once

#include "pod_status.h"

namespace kubus::kubelet {

core_v1::ContainerStatus make_container_status(const StatusInput& input,
                                               const core_v1::Container& spec, ContainerKind kind,
                                               const ContainerHistory& history);

}  // namespace kubus::kubelet
