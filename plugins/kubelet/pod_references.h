// The ConfigMaps and Secrets that a pod's volumes and environment name. Thread safety: pure.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <set>
#include <string>

#include "kubus/api/types.h"

namespace kubus::kubelet {

struct PodReferences {
  std::set<std::string> config_maps, secrets;
};
PodReferences references_of(const core_v1::Pod& pod);

}  // namespace kubus::kubelet
