#include <k8s/apps/v1/controller_revision.pb.h>
#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

template <class Template>
void print_containers(const Template& pod_template, Cells& cells) {
  cells.text(container_names(pod_template.spec().containers()));
  cells.text(container_images(pod_template.spec().containers()));
}

std::string ratio(int part, int whole) {
  return std::to_string(part) + "/" + std::to_string(whole);
}

constexpr Column kReplicaColumns[] = {
    kNameColumn,
    {"Desired", "integer", "Number of pods that should exist"},
    {"Current", "integer", "Number of pods that exist"},
    {"Ready", "integer", "Number of pods that are ready"},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

template <class T>
void print_replicas(const T& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.number(object.spec().replicas());
  cells.number(object.status().replicas());
  cells.number(object.status().readyreplicas());
  cells.age(object.metadata().creationtimestamp());
  print_containers(object.spec().template_(), cells);
}

void print_replica_set(const apps_v1::ReplicaSet& object, Cells& cells) {
  print_replicas(object, cells);
  cells.text(selector_text(object.spec().selector()));
}

void print_replication_controller(const core_v1::ReplicationController& object, Cells& cells) {
  print_replicas(object, cells);
  cells.text(labels_text(object.spec().selector()));
}

constexpr Column kDeploymentColumns[] = {
    kNameColumn,
    {"Ready", "string", "Ready pods of those that should exist"},
    {"Up-to-date", "string", "Pods made from the current template"},
    {"Available", "string", "Pods that have been ready long enough"},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

void print_deployment(const apps_v1::Deployment& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(ratio(object.status().readyreplicas(), object.spec().replicas()));
  cells.number(object.status().updatedreplicas());
  cells.number(object.status().availablereplicas());
  cells.age(object.metadata().creationtimestamp());
  print_containers(object.spec().template_(), cells);
  cells.text(query_text(object.spec().selector()));
}

constexpr Column kDaemonSetColumns[] = {
    kNameColumn,
    {"Desired", "integer", "Nodes that should run the pod"},
    {"Current", "integer", "Nodes that run it and should"},
    {"Ready", "integer", "Nodes whose pod is ready"},
    {"Up-to-date", "integer", "Nodes whose pod is made from the current template"},
    {"Available", "integer", "Nodes whose pod has been ready long enough"},
    {"Node Selector", "string", "Labels that a node must have"},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

void print_daemon_set(const apps_v1::DaemonSet& object, Cells& cells) {
  const auto& status = object.status();
  cells.text(object.metadata().name());
  cells.number(status.desirednumberscheduled());
  cells.number(status.currentnumberscheduled());
  cells.number(status.numberready());
  cells.number(status.updatednumberscheduled());
  cells.number(status.numberavailable());
  cells.text(labels_text(object.spec().template_().spec().nodeselector()));
  cells.age(object.metadata().creationtimestamp());
  print_containers(object.spec().template_(), cells);
  cells.text(selector_text(object.spec().selector()));
}

constexpr Column kStatefulSetColumns[] = {
    kNameColumn,   {"Ready", "string", "Ready pods of those that should exist"},
    kAgeColumn,    kContainersColumn,
    kImagesColumn,
};

void print_stateful_set(const apps_v1::StatefulSet& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(ratio(object.status().readyreplicas(), object.spec().replicas()));
  cells.age(object.metadata().creationtimestamp());
  print_containers(object.spec().template_(), cells);
}

constexpr Column kRevisionColumns[] = {
    kNameColumn,
    {"Controller", "string", "Object that the revision belongs to"},
    {"Revision", "string", "Number of the revision"},
    kAgeColumn,
};

std::string controller_text(const meta_v1::ObjectMeta& metadata) {
  for (const auto& owner : metadata.ownerreferences()) {
    if (!owner.controller()) continue;
    const std::size_t slash = owner.apiversion().find('/');
    const std::string group =
        slash == std::string::npos ? "" : "." + owner.apiversion().substr(0, slash);
    return lower(owner.kind()) + group + "/" + owner.name();
  }
  return "<none>";
}

void print_revision(const apps_v1::ControllerRevision& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(controller_text(object.metadata()));
  cells.number(object.revision());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.apps.v1.ReplicaSet", kReplicaColumns,
     print_as<apps_v1::ReplicaSet, print_replica_set>},
    {"k8s.io.api.core.v1.ReplicationController", kReplicaColumns,
     print_as<core_v1::ReplicationController, print_replication_controller>},
    {"k8s.io.api.apps.v1.Deployment", kDeploymentColumns,
     print_as<apps_v1::Deployment, print_deployment>},
    {"k8s.io.api.apps.v1.DaemonSet", kDaemonSetColumns,
     print_as<apps_v1::DaemonSet, print_daemon_set>},
    {"k8s.io.api.apps.v1.StatefulSet", kStatefulSetColumns,
     print_as<apps_v1::StatefulSet, print_stateful_set>},
    {"k8s.io.api.apps.v1.ControllerRevision", kRevisionColumns,
     print_as<apps_v1::ControllerRevision, print_revision>},
};

}  // namespace

std::span<const Printer> workload_printers() { return kPrinters; }

}  // namespace kubus::apiserver
