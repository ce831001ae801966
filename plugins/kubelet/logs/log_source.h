// Which container's log is meant.
//
// Thread safety: pure function.
#pragma once

#include <string>

#include "../pod_model.h"

namespace kubus::kubelet {

// The newest container of that name that was started or, with `previous`, the one that ended before
// it. kBadRequest, in the reference's words, when there is none to show.
Result<runtime::Container> choose_log_container(const core_v1::Pod& pod, const std::string& name,
                                                const NodeRuntime::PodState& state, bool previous);

}  // namespace kubus::kubelet
