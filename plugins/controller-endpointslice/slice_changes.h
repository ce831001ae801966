// The fewest writes that take a Service's EndpointSlices to the wanted endpoints.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include "endpoints_of.h"

namespace kubus::endpointslice {

inline constexpr char kServiceName[] = "kubernetes.io/service-name";
inline constexpr char kManagedBy[] = "endpointslice.kubernetes.io/managed-by";
inline constexpr char kManager[] = "endpointslice-controller.k8s.io";
inline constexpr char kHeadless[] = "service.kubernetes.io/headless";
inline constexpr std::size_t kMaxEndpoints = 100;

using SlicePtr = std::shared_ptr<const discovery_v1::EndpointSlice>;

struct SliceChanges {
  std::vector<discovery_v1::EndpointSlice> create;
  std::vector<discovery_v1::EndpointSlice> update;
  std::vector<SlicePtr> remove;
};

// Labelled as a slice of this controller for the service.
bool is_slice_of(const core_v1::Service& service, const discovery_v1::EndpointSlice& slice);

// `existing`: the slices for which is_slice_of holds. A service without endpoints keeps one empty
// slice. Endpoints stay in the slice they are in; new ones first fill slices that are written
// anyway, then one unchanged slice that has room for all, then new slices.
SliceChanges slice_changes(const core_v1::Service& service, std::vector<PortGroup> wanted,
                           const std::vector<SlicePtr>& existing,
                           std::size_t max_endpoints = kMaxEndpoints);

}  // namespace kubus::endpointslice
