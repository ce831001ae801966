// Deployments and ReplicaSets in few words.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <string>

#include "kubus/api/int_or_string.h"
#include "replica_sets.h"

namespace kubus::deployment::test {

inline Deployment make_deployment(int replicas, const std::string& surge = "25%",
                                  const std::string& unavailable = "25%") {
  Deployment deployment;
  deployment.mutable_metadata()->set_name("web");
  deployment.mutable_metadata()->set_namespace_("default");
  deployment.mutable_metadata()->set_uid("deployment-uid");
  deployment.mutable_metadata()->set_generation(1);
  auto& spec = *deployment.mutable_spec();
  spec.set_replicas(replicas);
  spec.set_progressdeadlineseconds(600);
  spec.mutable_strategy()->set_type("RollingUpdate");
  auto& rolling = *spec.mutable_strategy()->mutable_rollingupdate();
  set_parsed(*rolling.mutable_maxsurge(), surge);
  set_parsed(*rolling.mutable_maxunavailable(), unavailable);
  (*spec.mutable_selector()->mutable_matchlabels())["app"] = "web";
  auto& tmpl = *spec.mutable_template_();
  (*tmpl.mutable_metadata()->mutable_labels())["app"] = "web";
  tmpl.mutable_spec()->add_containers()->set_image("web:2");
  return deployment;
}

// `age`: seconds after which it was made; a higher one is younger.
inline ReplicaSet make_replica_set(const std::string& name, int size, int available, int age = 1) {
  ReplicaSet set;
  set.mutable_metadata()->set_name(name);
  set.mutable_metadata()->set_uid(name + "-uid");
  set.mutable_metadata()->mutable_creationtimestamp()->set_seconds(age);
  set.mutable_spec()->set_replicas(size);
  set.mutable_status()->set_replicas(size);
  set.mutable_status()->set_readyreplicas(available);
  set.mutable_status()->set_availablereplicas(available);
  return set;
}

inline SetPtr shared(ReplicaSet set) { return std::make_shared<const ReplicaSet>(std::move(set)); }

inline SetPtr make_shared_set(const std::string& name, int size, int available, int age = 1) {
  return shared(make_replica_set(name, size, available, age));
}

}  // namespace kubus::deployment::test
