// Which endpoints a Service should have, from the Service and the pods it selects.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "kubus/api/types.h"

namespace kubus::endpointslice {

using PodPtr = std::shared_ptr<const core_v1::Pod>;

// Endpoints that share their ports; slices hold one group each.
struct PortGroup {
  std::vector<discovery_v1::EndpointPort> ports;
  std::vector<discovery_v1::Endpoint> endpoints;
};

// False when a change of a pod can be seen in no slice.
bool is_relevant_change(const core_v1::Pod& old, const core_v1::Pod& now);

// One text per set of ports, whatever their order.
template <class Ports>
std::string ports_key(const Ports& ports);

// The groups by their key's order, endpoints in the order of `pods`. Pods that do not match, have
// no IPv4 address or are finished are left out.
std::vector<PortGroup> wanted_groups(const core_v1::Service& service,
                                     const std::vector<PodPtr>& pods);

std::string port_text(const discovery_v1::EndpointPort& port);
std::string joined_sorted(std::vector<std::string> texts);

template <class Ports>
std::string ports_key(const Ports& ports) {
  std::vector<std::string> texts;
  for (const auto& port : ports) texts.push_back(port_text(port));
  return joined_sorted(std::move(texts));
}

}  // namespace kubus::endpointslice
