// How many pods the controllers of some pods want together.
//
// Thread safety: a pure function over what the lookups give.
#pragma once

#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>
#include <kubus/object.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "budget.h"

namespace kubus::disruption {

// Where the objects are found; each returns null for one that is not there.
struct Lookups {
  template <class T>
  using Get = std::function<std::shared_ptr<const T>(const ObjectKey&)>;
  Get<apps_v1::Deployment> deployment;
  Get<apps_v1::ReplicaSet> replica_set;
  Get<apps_v1::StatefulSet> stateful_set;
  Get<core_v1::ReplicationController> replication_controller;
};

struct Scales {
  std::int32_t wanted = 0;
  std::vector<std::string> unmanaged;  // pods without a controller, which count for nothing
};
// Each controller counts once. kNotFound for a pod whose controller is gone, kInvalid for one whose
// number of pods cannot be known.
Result<Scales> scales_of(const Pods& pods, const Lookups& lookups);

}  // namespace kubus::disruption
