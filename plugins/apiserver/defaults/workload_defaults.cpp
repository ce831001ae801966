#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>

#include "defaults/defaulter.h"
#include "kubus/api/int_or_string.h"

namespace kubus::apiserver {
namespace {

constexpr std::int32_t kHistory = 10;
constexpr std::int32_t kProgressSeconds = 600;

template <class Spec>
void default_replicas(Spec& spec) {
  if (!spec.has_replicas()) spec.set_replicas(1);
}

template <class Spec>
void default_history(Spec& spec) {
  if (!spec.has_revisionhistorylimit()) spec.set_revisionhistorylimit(kHistory);
}

void default_deployment(apps_v1::Deployment& object) {
  apps_v1::DeploymentSpec& spec = *object.mutable_spec();
  default_replicas(spec);
  apps_v1::DeploymentStrategy& strategy = *spec.mutable_strategy();
  if (strategy.type().empty()) strategy.set_type("RollingUpdate");
  if (strategy.type() == "RollingUpdate") {
    auto& rolling = *strategy.mutable_rollingupdate();
    if (!rolling.has_maxunavailable()) set_string(*rolling.mutable_maxunavailable(), "25%");
    if (!rolling.has_maxsurge()) set_string(*rolling.mutable_maxsurge(), "25%");
  }
  default_history(spec);
  if (!spec.has_progressdeadlineseconds()) spec.set_progressdeadlineseconds(kProgressSeconds);
}

void default_replica_set(apps_v1::ReplicaSet& object) { default_replicas(*object.mutable_spec()); }

void default_daemon_set(apps_v1::DaemonSet& object) {
  apps_v1::DaemonSetSpec& spec = *object.mutable_spec();
  apps_v1::DaemonSetUpdateStrategy& strategy = *spec.mutable_updatestrategy();
  if (strategy.type().empty()) strategy.set_type("RollingUpdate");
  if (strategy.type() == "RollingUpdate") {
    auto& rolling = *strategy.mutable_rollingupdate();
    if (!rolling.has_maxunavailable()) set_int(*rolling.mutable_maxunavailable(), 1);
    if (!rolling.has_maxsurge()) set_int(*rolling.mutable_maxsurge(), 0);
  }
  default_history(spec);
}

void default_stateful_set(apps_v1::StatefulSet& object) {
  apps_v1::StatefulSetSpec& spec = *object.mutable_spec();
  if (spec.podmanagementpolicy().empty()) spec.set_podmanagementpolicy("OrderedReady");
  apps_v1::StatefulSetUpdateStrategy& strategy = *spec.mutable_updatestrategy();
  if (strategy.type().empty()) {
    strategy.set_type("RollingUpdate");
    strategy.mutable_rollingupdate();
  }
  if (strategy.type() == "RollingUpdate" && strategy.has_rollingupdate()) {
    auto& rolling = *strategy.mutable_rollingupdate();
    if (!rolling.has_partition()) rolling.set_partition(0);
    if (!rolling.has_maxunavailable()) set_int(*rolling.mutable_maxunavailable(), 1);
  }
  auto& retention = *spec.mutable_persistentvolumeclaimretentionpolicy();
  if (retention.whendeleted().empty()) retention.set_whendeleted("Retain");
  if (retention.whenscaled().empty()) retention.set_whenscaled("Retain");
  default_replicas(spec);
  default_history(spec);
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.apps.v1.Deployment", default_as<apps_v1::Deployment, default_deployment>},
    {"k8s.io.api.apps.v1.ReplicaSet", default_as<apps_v1::ReplicaSet, default_replica_set>},
    {"k8s.io.api.apps.v1.DaemonSet", default_as<apps_v1::DaemonSet, default_daemon_set>},
    {"k8s.io.api.apps.v1.StatefulSet", default_as<apps_v1::StatefulSet, default_stateful_set>},
};

}  // namespace

std::span<const Defaulter> workload_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
