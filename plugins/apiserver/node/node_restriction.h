// What the node authorizer cannot see: that the objects a node writes are its own.
//
// Thread safety: as Admission.
#pragma once

#include <memory>
#include <string>

#include "admission/plugins.h"

namespace kubus::apiserver::node {

// A node writes its own Node, Lease, CSINode and ResourceSlices, mirror pods that are bound to it,
// and the status of the pods it runs; it gives itself no label that decides where pods go, and asks
// for no token that its pods do not need.
std::unique_ptr<Admission> make_restriction(const AdmissionContext& context);

// The labels, of those that differ, that no node sets on itself; sorted.
std::string forbidden_labels(const Message& node, const Message* old);

}  // namespace kubus::apiserver::node
