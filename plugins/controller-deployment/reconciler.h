// Reconciler: one look at one Deployment; reads caches, asks the pure parts what to do, does it.
//
// Thread safety: reconcile() may run for several deployments at once, once at a time for each.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <memory>

#include "kubus/client.h"
#include "kubus/events.h"
#include "kubus/informer.h"
#include "kubus/work_queue.h"
#include "replica_sets.h"
#include "rollout.h"
#include "status.h"

namespace kubus::deployment {

class Reconciler {
 public:
  Reconciler(Context& context, Informer<ReplicaSet>& sets, Informer<core_v1::Pod>& pods);

  Outcome reconcile(const Deployment& cached);

 private:
  // What one look works on; `deployment` is as last stored, and changes with what is written.
  struct Look {
    Deployment deployment;
    Sets sets;
  };

  Status sync_sets(Look& look);
  Status resize(Look& look);
  Status roll(Look& look);
  Status recreate(Look& look);
  Status finish(Look& look);
  bool old_pods_run(const Sets& sets) const;

  Status sync_current(Look& look);
  Status make_current(Look& look);
  Status use_existing(Look& look, const ReplicaSet& made, std::int64_t revision);
  Status creation_failed(Look& look, const std::string& name, const Status& why);

  Status carry_out(Look& look, const Plan& plan);
  Status set_revision(Look& look, const std::string& revision);
  Status store_status(Look& look, const apps_v1::DeploymentStatus& status);
  Status store_progress(Look& look, std::string_view state, std::string_view reason,
                        const std::string& message);
  Status clean_up(const Look& look);
  Status selects_all(const Deployment& deployment);

  std::shared_ptr<ApiClient> client_;
  EventRecorder events_;
  Informer<ReplicaSet>& replica_sets_;
  Informer<core_v1::Pod>& pods_;
};

}  // namespace kubus::deployment
