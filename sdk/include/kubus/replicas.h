// ReplicaManager: keeps the number of pods of an owner at what it wants; the common part of
// ReplicaSets and ReplicationControllers.
//
// Thread safety: sync() may run for several owners at once, once at a time for each. It calls the
// API, so it belongs in a reconcile function.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kubus/informer.h"
#include "kubus/object.h"
#include "kubus/status.h"
#include "kubus/workload.h"

namespace kubus {

class ApiClient;
class Context;
class EventRecorder;

using PodPtr = std::shared_ptr<const core_v1::Pod>;

// The pods that belong to `owner`: those it controls that still match, plus matching orphans, which
// are adopted. Controlled ones that no longer match are released. Finished pods are included.
// An owner that is being deleted adopts nothing.
Result<std::vector<PodPtr>> claim_pods(ApiClient& client, const Informer<core_v1::Pod>& pods,
                                       const Message& owner, const LabelMatcher& selector);

class ReplicaManager {
 public:
  // `component` signs the events ("replicaset-controller").
  ReplicaManager(Context& context, std::string component);
  ~ReplicaManager();

  struct Wanted {
    const Message& owner;
    int replicas;
    const LabelMatcher& selector;
    const core_v1::PodTemplateSpec& pod;
    int min_ready_seconds;
    // Counted so that pods go first from nodes where the owner's siblings have many.
    std::vector<PodPtr> related;
  };
  struct Found {
    int replicas = 0;
    int fully_labeled = 0;
    int ready = 0;
    int available = 0;
    int terminating = 0;
    // Why pods could not be made or removed; its reason for conditions is `failure_reason`.
    Status failure;
    std::string failure_reason;  // "FailedCreate" or "FailedDelete"
    // When positive: look again then, a ready pod becomes available.
    std::chrono::nanoseconds wait{0};
  };
  Result<Found> sync(const Informer<core_v1::Pod>& pods, const Wanted& wanted);
  // The owner is gone: forget what was expected for it.
  void forget(const std::string& owner_uid);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kubus
