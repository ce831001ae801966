// The subresources that are more than a part of their object, and the resources that are only
// questions.
//
// Thread safety: free functions, called while the server is set up.
#pragma once

#include "auth/authorizer.h"
#include "registry/api.h"
#include "registry/arrivals.h"

namespace kubus::apiserver {

// scale of deployments, replicasets, statefulsets, replicationcontrollers.
void add_scale(Api& api, Registry& registry);
// pods/binding and bindings: puts a pod on a node.
void add_binding(Api& api, Registry& registry);
// pods/eviction: a deletion that respects disruption budgets.
void add_eviction(Api& api, Registry& registry);
// namespaces/finalize.
void add_finalize(Api& api, Registry& registry, Arrivals& arrivals);
// SelfSubjectReview: who am I?
void add_reviews(Api& api, Registry& registry);
// SelfSubjectAccessReview and its kin: who may do what?
void add_access_reviews(Api& api, Registry& registry, const Authorizers& authorizers);

}  // namespace kubus::apiserver
