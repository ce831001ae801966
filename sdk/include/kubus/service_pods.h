// Which pods are behind a Service and where they listen: the rules that everything which publishes
// endpoints shares.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class Pod;
class Service;
class ServicePort;
}  // namespace k8s::io::api::core::v1

namespace kubus {

// Whether a Service's endpoints follow from its selector at all.
bool is_selecting(const core_v1::Service& service);
// Whether the labels of the pod are those the Service asks for; false for one that selects nothing.
bool selects(const core_v1::Service& service, const core_v1::Pod& pod);
// Where the pod listens for a port of the Service; nothing when no container, nor a sidecar, has a
// port of that name and protocol.
std::optional<std::int32_t> target_port(const core_v1::Pod& pod, const core_v1::ServicePort& port);
// The protocol as it is published: TCP where none is said.
std::string protocol_of(const core_v1::ServicePort& port);

}  // namespace kubus
