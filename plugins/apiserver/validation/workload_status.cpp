// The counts in the status of workloads.
#include "validation/workload_status.h"

#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>

#include <initializer_list>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

struct Count {
  const char* name;
  std::int64_t value;
};

void check_counts(std::initializer_list<Count> counts, ErrorList& errors) {
  for (const Count& count : counts) {
    check_non_negative(count.value, Path("status").child(count.name), errors);
  }
}

// Parts of all replicas.
void check_parts(std::int64_t replicas, std::initializer_list<Count> parts, ErrorList& errors) {
  for (const Count& part : parts) {
    if (part.value <= replicas) continue;
    errors.invalid(Path("status").child(part.name), part.value,
                   "cannot be greater than status.replicas");
  }
}

// A replica is ready before it is available.
template <class Status>
void check_available(const Status& status, std::string_view ready, ErrorList& errors) {
  if (status.availablereplicas() <= status.readyreplicas()) return;
  errors.invalid(Path("status").child("availableReplicas"), status.availablereplicas(),
                 "cannot be greater than " + std::string(ready));
}

}  // namespace

void check_deployment_status(const apps_v1::Deployment& object, const apps_v1::Deployment& /*old*/,
                             ErrorList& errors) {
  const auto& status = object.status();
  check_counts({{"observedGeneration", status.observedgeneration()},
                {"replicas", status.replicas()},
                {"updatedReplicas", status.updatedreplicas()},
                {"readyReplicas", status.readyreplicas()},
                {"availableReplicas", status.availablereplicas()},
                {"unavailableReplicas", status.unavailablereplicas()},
                {"collisionCount", status.collisioncount()}},
               errors);
  check_parts(status.replicas(),
              {{"updatedReplicas", status.updatedreplicas()},
               {"readyReplicas", status.readyreplicas()},
               {"availableReplicas", status.availablereplicas()}},
              errors);
  check_available(status, "readyReplicas", errors);
}

void check_replica_set_status(const apps_v1::ReplicaSet& object, const apps_v1::ReplicaSet& /*old*/,
                              ErrorList& errors) {
  const auto& status = object.status();
  check_counts({{"replicas", status.replicas()},
                {"fullyLabeledReplicas", status.fullylabeledreplicas()},
                {"readyReplicas", status.readyreplicas()},
                {"availableReplicas", status.availablereplicas()},
                {"observedGeneration", status.observedgeneration()}},
               errors);
  check_parts(status.replicas(),
              {{"fullyLabeledReplicas", status.fullylabeledreplicas()},
               {"readyReplicas", status.readyreplicas()},
               {"availableReplicas", status.availablereplicas()}},
              errors);
  check_available(status, "readyReplicas", errors);
}

void check_stateful_set_status(const apps_v1::StatefulSet& object,
                               const apps_v1::StatefulSet& /*old*/, ErrorList& errors) {
  const auto& status = object.status();
  check_counts({{"replicas", status.replicas()},
                {"readyReplicas", status.readyreplicas()},
                {"currentReplicas", status.currentreplicas()},
                {"updatedReplicas", status.updatedreplicas()},
                {"availableReplicas", status.availablereplicas()},
                {"observedGeneration", status.observedgeneration()},
                {"collisionCount", status.collisioncount()}},
               errors);
  check_parts(status.replicas(),
              {{"readyReplicas", status.readyreplicas()},
               {"currentReplicas", status.currentreplicas()},
               {"updatedReplicas", status.updatedreplicas()},
               {"availableReplicas", status.availablereplicas()}},
              errors);
  check_available(status, "status.readyReplicas", errors);
}

void check_daemon_set_status(const apps_v1::DaemonSet& object, const apps_v1::DaemonSet& /*old*/,
                             ErrorList& errors) {
  const auto& status = object.status();
  check_counts({{"currentNumberScheduled", status.currentnumberscheduled()},
                {"numberMisscheduled", status.numbermisscheduled()},
                {"desiredNumberScheduled", status.desirednumberscheduled()},
                {"numberReady", status.numberready()},
                {"observedGeneration", status.observedgeneration()},
                {"updatedNumberScheduled", status.updatednumberscheduled()},
                {"numberAvailable", status.numberavailable()},
                {"numberUnavailable", status.numberunavailable()},
                {"collisionCount", status.collisioncount()}},
               errors);
}

}  // namespace kubus::apiserver
