// What controllers may say of the pods of workloads.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::apps::v1 {
class DaemonSet;
class Deployment;
class ReplicaSet;
class StatefulSet;
}  // namespace k8s::io::api::apps::v1

namespace kubus::apiserver {

void check_deployment_status(const apps_v1::Deployment& object, const apps_v1::Deployment& old,
                             ErrorList& errors);
void check_replica_set_status(const apps_v1::ReplicaSet& object, const apps_v1::ReplicaSet& old,
                              ErrorList& errors);
void check_stateful_set_status(const apps_v1::StatefulSet& object, const apps_v1::StatefulSet& old,
                               ErrorList& errors);
void check_daemon_set_status(const apps_v1::DaemonSet& object, const apps_v1::DaemonSet& old,
                             ErrorList& errors);

}  // namespace kubus::apiserver
