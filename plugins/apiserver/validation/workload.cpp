#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/apps/v1/controller_revision.pb.h>
#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>

#include <algorithm>
#include <charconv>

#include "kubus/api/int_or_string.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"
#include "validation/workload_status.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kNoMatch = "`selector` does not match template `labels`";

// What is neither a number nor a percentage counts as nothing.
bool is_zero_amount(const k8s_intstr::IntOrString& value) {
  const std::string text = to_string(value);
  const auto end = text.find('%');
  if (end != std::string::npos && !check_percent(text).empty()) return true;
  std::int64_t number = 0;
  const char* const stop = text.data() + std::min(end, text.size());
  const auto [rest, error] = std::from_chars(text.data(), stop, number);
  return rest != stop || (error == std::errc() && number == 0);
}

// A selector that is there, valid and not empty.
template <class Spec>
void check_own_selector(const Spec& spec, std::string_view what, const Path& path,
                        ErrorList& errors) {
  if (!spec.has_selector()) return errors.required(path);
  check_selector(spec.selector(), path, errors);
  if (selector_empty(spec.selector())) {
    errors.invalid_json(path, message_json(spec.selector()),
                        "empty selector is invalid for " + std::string(what));
  }
}

// A selector that cannot be compiled matches nothing.
bool is_usable(const meta_v1::LabelSelector& selector) {
  ErrorList errors;
  check_selector(selector, Path(), errors);
  return errors.empty();
}

// Pods that are found by the selector, and that run until they are stopped.
template <class Spec>
void check_matches(const Spec& spec, const Path& path, ErrorList& errors) {
  const auto& labels = spec.template_().metadata().labels();
  if (spec.has_selector() &&
      (selector_empty(spec.selector()) || selector_matches(spec.selector(), labels))) {
    return;
  }
  errors.invalid_json(path.child("metadata").child("labels"), map_json(labels), kNoMatch);
}

void check_lifetime(const core_v1::PodSpec& pods, std::string_view what, const Path& path,
                    ErrorList& errors) {
  if (pods.restartpolicy() != "Always") {
    errors.not_supported(path.child("spec").child("restartPolicy"), pods.restartpolicy(),
                         {"Always"});
  }
  if (pods.has_activedeadlineseconds()) {
    errors.forbidden(path.child("spec").child("activeDeadlineSeconds"),
                     "activeDeadlineSeconds in " + std::string(what) + " is not Supported");
  }
}

// The selector and the template of a workload that runs pods until they are stopped.
template <class Spec>
void check_own_pods(const Spec& spec, std::string_view what, std::string_view pods_of,
                    const Path& path, ErrorList& errors) {
  const Path selector = path.child("selector");
  const Path at = path.child("template");
  check_own_selector(spec, what, selector, errors);
  if (spec.has_selector() && !is_usable(spec.selector())) {
    return errors.invalid_json(selector, message_json(spec.selector()), "invalid label selector");
  }
  check_matches(spec, at, errors);
  check_pod_template(spec.template_(), at, errors);
  check_lifetime(spec.template_().spec(), pods_of, at, errors);
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
  check_own_pods(spec, "deployment", "ReplicaSet", path, errors);
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
  check_lifetime(pods.spec(), "ReplicationController", at, errors);
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
  check_own_pods(spec, "deployment", "ReplicaSet", path, errors);
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
    errors.not_supported_json(strategy, internal_json(spec.strategy()),
                              {"Recreate", "RollingUpdate"});
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

void check_daemon_strategy(const apps_v1::DaemonSetUpdateStrategy& strategy, const Path& path,
                           ErrorList& errors) {
  if (strategy.type() == "OnDelete") return;
  if (strategy.type() != "RollingUpdate")
    return errors.not_supported_json(path, internal_json(strategy), {"RollingUpdate", "OnDelete"});
  const auto& rolling = strategy.rollingupdate();
  const Path unavailable = path.child("rollingUpdate").child("maxUnavailable");
  const Path surge = path.child("rollingUpdate").child("maxSurge");
  check_int_or_percent(rolling.maxunavailable(), unavailable, errors);
  check_int_or_percent(rolling.maxsurge(), surge, errors);
  check_at_most_100_percent(rolling.maxunavailable(), unavailable, errors);
  check_at_most_100_percent(rolling.maxsurge(), surge, errors);
  const bool some_away = !is_zero_amount(rolling.maxunavailable());
  const bool some_more = !is_zero_amount(rolling.maxsurge());
  if (some_away && some_more) {
    errors.invalid_json(surge, to_json_text(rolling.maxsurge()),
                        "may not be set when maxUnavailable is non-zero");
  } else if (!some_away && !some_more) {
    errors.required(unavailable, "cannot be 0 when maxSurge is 0");
  }
}

void check_daemon_set(const apps_v1::DaemonSet& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  const Path pods = path.child("template");
  check_selector(spec.selector(), path.child("selector"), errors);
  if (!spec.has_selector() || is_usable(spec.selector())) check_matches(spec, pods, errors);
  if (spec.has_selector() && selector_empty(spec.selector())) {
    errors.invalid_json(path.child("selector"), message_json(spec.selector()),
                        "empty selector is invalid for daemonset");
  }
  check_pod_template(spec.template_(), pods, errors);
  check_lifetime(spec.template_().spec(), "DaemonSet", pods, errors);
  check_non_negative(spec.minreadyseconds(), path.child("minReadySeconds"), errors);
  check_daemon_strategy(spec.updatestrategy(), path.child("updateStrategy"), errors);
  check_non_negative(spec.revisionhistorylimit(), path.child("revisionHistoryLimit"), errors);
}

void check_stateful_rolling(const apps_v1::RollingUpdateStatefulSetStrategy& rolling,
                            const Path& path, ErrorList& errors) {
  check_non_negative(rolling.partition(), path.child("partition"), errors);
  if (!rolling.has_maxunavailable()) return;
  const Path at = path.child("maxUnavailable");
  check_int_or_percent(rolling.maxunavailable(), at, errors);
  if (is_zero_amount(rolling.maxunavailable()))
    errors.invalid_json(at, to_json_text(rolling.maxunavailable()), "cannot be 0");
  check_at_most_100_percent(rolling.maxunavailable(), at, errors);
}

void check_retention(const apps_v1::StatefulSetSpec& spec, const Path& path, ErrorList& errors) {
  const auto& policy = spec.persistentvolumeclaimretentionpolicy();
  for (const auto& [value, name] : {std::pair(policy.whendeleted(), "whenDeleted"),
                                    std::pair(policy.whenscaled(), "whenScaled")}) {
    if (value != "Delete" && value != "Retain") {
      errors.not_supported(path.child(name), value, {"Delete", "Retain"});
    }
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
                          internal_json(spec.updatestrategy().rollingupdate()),
                          "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (spec.updatestrategy().type() == "RollingUpdate") {
    check_stateful_rolling(spec.updatestrategy().rollingupdate(), strategy.child("rollingUpdate"),
                           errors);
  } else {
    errors.invalid_json(strategy, internal_json(spec.updatestrategy()),
                        "must be 'RollingUpdate' or 'OnDelete'");
  }
  check_retention(spec, path.child("persistentVolumeClaimRetentionPolicy"), errors);
  check_non_negative(spec.replicas(), path.child("replicas"), errors);
  check_non_negative(spec.minreadyseconds(), path.child("minReadySeconds"), errors);
  check_non_negative(spec.ordinals().start(), path.child("ordinals").child("start"), errors);
  if (!spec.servicename().empty()) {
    errors.invalid_each(path.child("serviceName"), spec.servicename(),
                        check_dns1123_subdomain(spec.servicename()));
  }
  // Volumes of claim templates exist once the pods are made.
  apps_v1::StatefulSetSpec complete = spec;
  for (const auto& claim : spec.volumeclaimtemplates()) {
    auto& volume = *complete.mutable_template_()->mutable_spec()->add_volumes();
    volume.set_name(claim.metadata().name());
    volume.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname(
        claim.metadata().name());
  }
  check_own_pods(complete, "statefulset", "StatefulSet", path, errors);
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
  if (!object.has_data()) errors.required(Path("data"), "data is mandatory");
  check_non_negative(object.revision(), Path("revision"), errors);
}

void check_revision_update(const apps_v1::ControllerRevision& object,
                           const apps_v1::ControllerRevision& old, ErrorList& errors) {
  check_immutable(object.data(), old.data(), Path("data"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.apps.v1.ReplicaSet", check_as<apps_v1::ReplicaSet, check_replica_set>,
     compare_as<apps_v1::ReplicaSet, check_selector_unchanged<apps_v1::ReplicaSet>>, nullptr,
     compare_as<apps_v1::ReplicaSet, check_replica_set_status>},
    {"k8s.io.api.core.v1.ReplicationController",
     check_as<core_v1::ReplicationController, check_replication_controller>},
    {"k8s.io.api.apps.v1.Deployment", check_as<apps_v1::Deployment, check_deployment>,
     compare_as<apps_v1::Deployment, check_selector_unchanged<apps_v1::Deployment>>, nullptr,
     compare_as<apps_v1::Deployment, check_deployment_status>},
    {"k8s.io.api.apps.v1.DaemonSet", check_as<apps_v1::DaemonSet, check_daemon_set>,
     compare_as<apps_v1::DaemonSet, check_selector_unchanged<apps_v1::DaemonSet>>, nullptr,
     compare_as<apps_v1::DaemonSet, check_daemon_set_status>},
    {"k8s.io.api.apps.v1.StatefulSet", check_as<apps_v1::StatefulSet, check_stateful_set>,
     compare_as<apps_v1::StatefulSet, check_stateful_set_update>, nullptr,
     compare_as<apps_v1::StatefulSet, check_stateful_set_status>},
    {"k8s.io.api.apps.v1.ControllerRevision", check_as<apps_v1::ControllerRevision, check_revision>,
     compare_as<apps_v1::ControllerRevision, check_revision_update>},
};

}  // namespace

std::span<const Validator> workload_validators() { return kValidators; }

}  // namespace kubus::apiserver
