// Which ReplicaSets belong to a Deployment.
//
// Thread safety: callable from any thread but the Loop: it calls the API.
#pragma once

#include <vector>

#include "kubus/client.h"
#include "kubus/informer.h"
#include "kubus/workload.h"
#include "replica_sets.h"

namespace kubus::deployment {

// Those it controls that match, plus matching orphans, which are adopted; controlled ones that no
// longer match are released. A deployment that is being deleted changes nothing.
Result<std::vector<SetPtr>> claim_sets(ApiClient& client, const Informer<ReplicaSet>& sets,
                                       const Deployment& deployment, const LabelMatcher& selector);

}  // namespace kubus::deployment
