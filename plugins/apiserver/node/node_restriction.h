// What the node authorizer cannot see: that the objects a node writes are its own.
//
// Thread safety: as Admission.
#pragma once

#include <memory>
#include <string>

#include "admission/admission.h"

namespace kubus::apiserver::node {

// A node writes its own Node, Lease and CSINode, mirror pods that are bound to it, and the status
// of the pods it runs; it gives itself no label that decides where pods go.
std::unique_ptr<Admission> make_restriction(ClusterCache& cache);

// The labels, of those that differ, that no node sets on itself; sorted.
std::string forbidden_labels(const Message& node, const Message* old);

}  // namespace kubus::apiserver::node
