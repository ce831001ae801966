// What ComponentStatuses say of the parts of the control plane.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/component_status.pb.h>

#include <vector>

#include "kubus/api/types.h"
#include "kubus/kernel.pb.h"
#include "kubus/status.h"
#include "kubus/storage.pb.h"

namespace kubus::apiserver::components {

// "scheduler" and "controller-manager": the plugins that are those. A controller that is disabled,
// or has nothing to do on this machine, is not missed.
std::vector<core_v1::ComponentStatus> find_plugins(const Result<kernel::ListReply>& plugins);
// "etcd-0": the storage engine.
core_v1::ComponentStatus find_storage(const Result<storage::StatusResponse>& engine);

}  // namespace kubus::apiserver::components
