#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/apps/v1/controller_revision.pb.h>
#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>

#include "kubus/api/int_or_string.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kNoMatch = "`selector` does not match template `labels`";

bool is_zero_amount(const k8s_intstr::IntOrString& value) {
  const std::string text = to_string(value);
  return text.find_first_not_of("0%") == std::string::npos;
}

// A selector that is there, valid and not empty.
template <class Spec>
void check_own_selector(const Spec& spec, std::string_view what, const Path& path,
                        ErrorList& errors) {
  const Path at = path.child("selector");
  if (!spec.has_selector()) {
    errors.required(at);
    return;
  }
  check_selector(spec.selector(), at, errors);
  if (selector_empty(spec.selector())) {
    errors.invalid_json(at, message_json(spec.selector()),
                        "empty selector is invalid for " + std::string(what));
  }
}

// A template whose pods the selector finds and that run until they are stopped.
template <class Spec>
void check_own_template(const Spec& spec, std::string_view what, const Path& path,
                        ErrorList& errors) {
  const core_v1::PodTemplateSpec& pods = spec.template_();
  const Path at = path.child("template");
  if (spec.has_selector() && !selector_empty(spec.selector()) &&
      !selector_matches(spec.selector(), pods.metadata().labels())) {
    errors.invalid_json(at.child("metadata").child("labels"), map_json(pods.metadata().labels()),
                        kNoMatch);
  }
  check_pod_template(pods, at, errors);
  if (pods.spec().restartpolicy() != "Always") {
    errors.not_supported(at.child("spec").child("restartPolicy"), pods.spec().restartpolicy(),
                         {"Always"});
  }
  if (pods.spec().has_activedeadlineseconds()) {
    errors.forbidden(at.child("spec").child("activeDeadlineSeconds"),
                     "activeDeadlineSeconds in " + std::string(what) + " is not Supported");
  }
}

template <class T>
void check_selector_unchanged(const T& object, const T& old, ErrorList& errors) {
  check_immutable(object.spec().selector(), old.spec().selector(), Path("spec").child("selector"),
                  errors);
}

void check_replica_set(const apps_v1::ReplicaSet& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_non_negative(spec.replicas(), path.child("replicas"), errors);
  check_non_negative(spec.minreadyseconds(), path.child("minReadySeconds"), errors);
  check_own_selector(spec, "deployment", path, errors);
  check_own_template(spec, "ReplicaSet", path, errors);
}

void check_replication_controller(const core_v1::ReplicationController& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_non_negative(spec.minreadyseconds(), path.child("minReadySeconds"), errors);
  if (spec.selector().empty()) errors.required(path.child("selector"));
  check_non_negative(spec.replicas(), path.child("replicas"), errors);
  const Path at = path.child("template");
  if (!spec.has_template_()) {
    errors.required(at);
    return;
  }
  const auto& pods = spec.template_();
  for (const auto& [key, value] : spec.selector()) {
    const auto found = pods.metadata().labels().find(key);
    if (found != pods.metadata().labels().end() && found->second == value) continue;
    errors.invalid_json(at.child("metadata").child("labels"), map_json(pods.metadata().labels()),
                        kNoMatch);
    break;
  }
  check_pod_template(pods, at, errors);
  if (pods.spec().restartpolicy() != "Always") {
    errors.not_supported(at.child("spec").child("restartPolicy"), pods.spec().restartpolicy(),
                         {"Always"});
  }
}

void check_rolling_deployment(const apps_v1::RollingUpdateDeployment& rolling, const Path& path,
                              ErrorList& errors) {
  check_int_or_percent(rolling.maxunavailable(), path.child("maxUnavailable"), errors);
  check_int_or_percent(rolling.maxsurge(), path.child("maxSurge"), errors);
  if (is_zero_amount(rolling.maxunavailable()) && is_zero_amount(rolling.maxsurge())) {
    errors.invalid_json(path.child("maxUnavailable"), to_json_text(rolling.maxunavailable()),
                        "may not be 0 when `maxSurge` is 0");
  }
  check_at_most_100_percent(rolling.maxunavailable(), path.child("maxUnavailable"), errors);
}

void check_deployment(const apps_v1::Deployment& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_non_negative(spec.replicas(), path.child("replicas"), errors);
  check_own_selector(spec, "deployment", path, errors);
  check_own_template(spec, "ReplicaSet", path, errors);
  const Path strategy = path.child("strategy");
  if (spec.strategy().type() == "Recreate") {
    if (spec.strategy().has_rollingupdate()) {
      errors.forbidden(strategy.child("rollingUpdate"),
                       "may not be specified when strategy `type` is 'Recreate'");
    }
  } else if (spec.strategy().type() == "RollingUpdate") {
    check_rolling_deployment(spec.strategy().rollingupdate(), strategy.child("rollingUpdate"),
                             errors);
  } else {
    FieldError error{FieldErrorType::kNotSupported, strategy.str(), message_json(spec.strategy()),
                     "supported values: \"Recreate\", \"RollingUpdate\""};
    errors.add(std::move(error));
  }
  check_non_negative(spec.minreadyseconds(), path.child("minReadySeconds"), errors);
  check_non_negative(spec.revisionhistorylimit(), path.child("revisionHistoryLimit"), errors);
  if (!spec.has_progressdeadlineseconds()) return;
  const Path deadline = path.child("progressDeadlineSeconds");
  check_non_negative(spec.progressdeadlineseconds(), deadline, errors);
  if (spec.progressdeadlineseconds() <= spec.minreadyseconds()) {
    errors.invalid(deadline, spec.progressdeadlineseconds(),
                   "must be greater than minReadySeconds");
  }
}

void check_daemon_set(const apps_v1::DaemonSet& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_own_selector(spec, "daemonset", path, errors);
  check_own_template(spec, "DaemonSet", path, errors);
  check_non_negative(spec.minreadyseconds(), path.child("minReadySeconds"), errors);
  check_non_negative(spec.revisionhistorylimit(), path.child("revisionHistoryLimit"), errors);
  const Path strategy = path.child("updateStrategy");
  if (spec.updatestrategy().type() == "OnDelete") return;
  if (spec.updatestrategy().type() != "RollingUpdate") {
    errors.not_supported(strategy, spec.updatestrategy().type(), {"OnDelete", "RollingUpdate"});
    return;
  }
  const auto& rolling = spec.updatestrategy().rollingupdate();
  const Path at = strategy.child("rollingUpdate");
  check_int_or_percent(rolling.maxunavailable(), at.child("maxUnavailable"), errors);
  check_at_most_100_percent(rolling.maxunavailable(), at.child("maxUnavailable"), errors);
  check_int_or_percent(rolling.maxsurge(), at.child("maxSurge"), errors);
  const bool unavailable = !is_zero_amount(rolling.maxunavailable());
  const bool surge = !is_zero_amount(rolling.maxsurge());
  if (unavailable && surge) {
    errors.invalid_json(at.child("maxSurge"), to_json_text(rolling.maxsurge()),
                        "may not be set when maxUnavailable is non-zero");
  } else if (!unavailable && !surge) {
    errors.required(at.child("maxUnavailable"), "cannot be 0 when maxSurge is 0");
  }
}

void check_stateful_set(const apps_v1::StatefulSet& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  const std::string& management = spec.podmanagementpolicy();
  if (management != "OrderedReady" && management != "Parallel") {
    errors.invalid(path.child("podManagementPolicy"), management,
                   "must be 'OrderedReady' or 'Parallel'");
  }
  const Path strategy = path.child("updateStrategy");
  if (spec.updatestrategy().type() == "OnDelete") {
    if (spec.updatestrategy().has_rollingupdate()) {
      errors.invalid_json(strategy.child("rollingUpdate"),
                          message_json(spec.updatestrategy().rollingupdate()),
                          "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (spec.updatestrategy().type() == "RollingUpdate") {
    check_non_negative(spec.updatestrategy().rollingupdate().partition(),
                       strategy.child("rollingUpdate").child("partition"), errors);
  } else {
    errors.invalid_json(strategy, message_json(spec.updatestrategy()),
                        "must be 'RollingUpdate' or 'OnDelete'");
  }
  check_non_negative(spec.replicas(), path.child("replicas"), errors);
  check_non_negative(spec.minreadyseconds(), path.child("minReadySeconds"), errors);
  if (!spec.servicename().empty()) {
    check_each(check_dns1123_subdomain(spec.servicename()), spec.servicename(),
               path.child("serviceName"), errors);
  }
  check_own_selector(spec, "statefulset", path, errors);
  // Volumes of claim templates exist once the pods are made.
  apps_v1::StatefulSetSpec complete = spec;
  for (const auto& claim : spec.volumeclaimtemplates()) {
    auto& volume = *complete.mutable_template_()->mutable_spec()->add_volumes();
    volume.set_name(claim.metadata().name());
    volume.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname(
        claim.metadata().name());
  }
  check_own_template(complete, "StatefulSet", path, errors);
}

void check_stateful_set_update(const apps_v1::StatefulSet& object, const apps_v1::StatefulSet& old,
                               ErrorList& errors) {
  apps_v1::StatefulSetSpec spec = object.spec();
  const apps_v1::StatefulSetSpec& before = old.spec();
  spec.set_replicas(before.replicas());
  *spec.mutable_template_() = before.template_();
  *spec.mutable_updatestrategy() = before.updatestrategy();
  spec.set_minreadyseconds(before.minreadyseconds());
  *spec.mutable_persistentvolumeclaimretentionpolicy() =
      before.persistentvolumeclaimretentionpolicy();
  spec.set_revisionhistorylimit(before.revisionhistorylimit());
  spec.clear_ordinals();
  if (before.has_ordinals()) *spec.mutable_ordinals() = before.ordinals();
  if (!equal(spec, before)) {
    errors.forbidden(Path("spec"),
                     "updates to statefulset spec for fields other than 'replicas', 'ordinals', "
                     "'template', 'updateStrategy', 'revisionHistoryLimit', "
                     "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
  }
}

void check_revision(const apps_v1::ControllerRevision& object, ErrorList& errors) {
  check_non_negative(object.revision(), Path("revision"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.apps.v1.ReplicaSet", check_as<apps_v1::ReplicaSet, check_replica_set>,
     compare_as<apps_v1::ReplicaSet, check_selector_unchanged<apps_v1::ReplicaSet>>},
    {"k8s.io.api.core.v1.ReplicationController",
     check_as<core_v1::ReplicationController, check_replication_controller>},
    {"k8s.io.api.apps.v1.Deployment", check_as<apps_v1::Deployment, check_deployment>,
     compare_as<apps_v1::Deployment, check_selector_unchanged<apps_v1::Deployment>>},
    {"k8s.io.api.apps.v1.DaemonSet", check_as<apps_v1::DaemonSet, check_daemon_set>,
     compare_as<apps_v1::DaemonSet, check_selector_unchanged<apps_v1::DaemonSet>>},
    {"k8s.io.api.apps.v1.StatefulSet", check_as<apps_v1::StatefulSet, check_stateful_set>,
     compare_as<apps_v1::StatefulSet, check_stateful_set_update>},
    {"k8s.io.api.apps.v1.ControllerRevision",
     check_as<apps_v1::ControllerRevision, check_revision>},
};

}  // namespace

std::span<const Validator> workload_validators() { return kValidators; }

}  // namespace kubus::apiserver
