// The Endpoints object that a Service should have, from the Service and the pods it selects.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/endpoints.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/service.pb.h>

#include <memory>
#include <vector>

#include "kubus/api/types.h"

namespace kubus::endpoints {

inline constexpr char kManagedBy[] = "endpoints.kubernetes.io/managed-by";
inline constexpr char kManager[] = "endpoint-controller";
inline constexpr char kHeadless[] = "service.kubernetes.io/headless";
inline constexpr char kOverCapacity[] = "endpoints.kubernetes.io/over-capacity";
inline constexpr int kMaxAddresses = 1000;

using PodPtr = std::shared_ptr<const core_v1::Pod>;

// `current` (default: none yet) with subsets, labels and annotation as they should be. Above
// `max_addresses` the ready ones come first, each subset giving its share.
core_v1::Endpoints wanted_endpoints(const core_v1::Service& service,
                                    const std::vector<PodPtr>& pods,
                                    const core_v1::Endpoints& current,
                                    int max_addresses = kMaxAddresses);

}  // namespace kubus::endpoints
