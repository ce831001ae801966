// What a pod takes from a node and which nodes it asks for: rules that the scheduler and the node
// itself share.
//
// Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class NodeSelectorTerm;
class Pod;
}  // namespace k8s::io::api::core::v1

namespace kubus {

// CPU in thousandths of a core, memory and storage in bytes, everything else in its own unit.
struct Resources {
  std::int64_t cpu = 0;
  std::int64_t memory = 0;
  std::int64_t storage = 0;
  std::map<std::string, std::int64_t> extended;

  Resources& operator+=(const Resources& other);
  Resources& operator-=(const Resources& other);
  // The larger one of each resource.
  void raise_to(const Resources& other);
  bool is_zero() const;
  bool operator==(const Resources&) const = default;
  // Sets the resource of that name; "pods" is counted elsewhere and ignored.
  void set(const std::string& name, const Quantity& amount);
};

struct HostPort {
  std::int32_t port = 0;
  std::string protocol;
  std::string ip;  // "0.0.0.0": every address
  bool conflicts(const HostPort& other) const;
  bool operator==(const HostPort&) const = default;
};

struct PodUse {
  Resources requested;
  // As `requested`, with a small amount for every container that names no CPU or memory, so that
  // pods without requests are spread as well.
  Resources padded;
  std::vector<HostPort> ports;
  std::int32_t priority = 0;
};

// Containers and sidecars run together; each init container runs beside the sidecars started
// before it. Requests of the pod as a whole come before those of its containers; overhead is added.
PodUse use_of(const core_v1::Pod& pod);

// A node's name and labels, as selectors see it.
struct NodeIdentityRef {
  const std::string& name;
  const std::map<std::string, std::string>& labels;
};
// An empty term matches no node.
bool matches(const core_v1::NodeSelectorTerm& term, const NodeIdentityRef& node);
// nodeSelector and required node affinity.
bool selects_node(const core_v1::Pod& pod, const NodeIdentityRef& node);

}  // namespace kubus
