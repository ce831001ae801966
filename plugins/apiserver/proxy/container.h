// Which container of a pod a request is about, and the kubelet's path for it.
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "kubus/api/types.h"
#include "kubus/status.h"
#include "request/query.h"

namespace k8s::io::api::core::v1 {
class Pod;
}

namespace kubus::apiserver {

// The named one if it exists, or the only one. kBadRequest that lists the choices otherwise.
Result<std::string> choose_container(const core_v1::Pod& pod, std::string_view wanted);

// What is asked of the log of `pod`: kBadRequest for numbers that are none, kInvalid for those that
// make no sense.
Status check_log_options(const std::string& pod, const Query& query);

// "/exec/ns/pod/container?..." and its like; `subresource` is log, exec, attach or portforward.
std::string kubelet_target(std::string_view subresource, const core_v1::Pod& pod,
                           const std::string& container, const Query& query);

}  // namespace kubus::apiserver
