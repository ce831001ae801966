// The authorizer of nodes: each may do what a kubelet must, and read of secrets, config maps,
// claims and volumes those that its pods need.
//
// Thread safety: as Authorizer and Graph.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/authorizer.h"
#include "node/graph.h"

namespace kubus::apiserver::node {

// Members of system:nodes that are called system:node:NAME. `graph` and `cache` must outlive it.
std::unique_ptr<Authorizer> make_authorizer(Graph& graph, ClusterCache& cache);

// The name of the node, when the identity is one.
std::optional<std::string> node_of(const Identity& identity);

}  // namespace kubus::apiserver::node
