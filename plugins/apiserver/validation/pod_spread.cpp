// How the pods of a workload are spread over the parts of a cluster.
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/scheduling.pb.h>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kPositive = "must be greater than zero";

using Constraint = core_v1::TopologySpreadConstraint;

void check_domains(const Constraint& constraint, const Path& path, ErrorList& errors) {
  if (!constraint.has_mindomains()) return;
  if (constraint.mindomains() <= 0) errors.invalid(path, constraint.mindomains(), kPositive);
  if (constraint.whenunsatisfiable() != "DoNotSchedule") {
    errors.invalid(path, constraint.mindomains(),
                   "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " +
                       constraint.whenunsatisfiable());
  }
}

void check_inclusion(bool present, const std::string& policy, const Path& path, ErrorList& errors) {
  if (present && policy != "Honor" && policy != "Ignore") {
    errors.not_supported(path, policy, {"Honor", "Ignore"});
  }
}

// Whether the selector asks for the key itself. What the server has made of the keys of a pod is as
// good as nothing, even when the pod's labels have changed since.
bool selects(const meta_v1::LabelSelector& selector, const std::string& key, PodKind kind) {
  if (selector.matchlabels().contains(key)) return true;
  int merged = 0;
  for (const auto& item : selector.matchexpressions()) {
    if (item.key() != key) continue;
    const bool as_merged = item.operator_() == "In" && item.values_size() == 1;
    if (kind == PodKind::kTemplate || !as_merged || ++merged > 1) return true;
  }
  return false;
}

void check_keys(const Constraint& constraint, PodKind kind, const Path& path, ErrorList& errors) {
  if (constraint.matchlabelkeys().empty()) return;
  if (!constraint.has_labelselector()) {
    return errors.forbidden(path, "must not be specified when labelSelector is not set");
  }
  const auto& selector = constraint.labelselector();
  for (int i = 0; i < constraint.matchlabelkeys_size(); ++i) {
    const std::string& key = constraint.matchlabelkeys(i);
    check_label_name(key, path.index(i), errors);
    if (selects(selector, key, kind)) {
      errors.invalid(path.index(i), key, "exists in both matchLabelKeys and labelSelector");
    }
  }
}

void check_constraint(const core_v1::PodSpec& spec, PodKind kind, int position, const Path& path,
                      ErrorList& errors) {
  const Constraint& constraint = spec.topologyspreadconstraints(position);
  if (constraint.maxskew() <= 0) {
    errors.invalid(path.child("maxSkew"), constraint.maxskew(), kPositive);
  }
  if (constraint.topologykey().empty()) {
    errors.required(path.child("topologyKey"), "can not be empty");
  } else {
    check_label_name(constraint.topologykey(), path.child("topologyKey"), errors);
  }
  if (constraint.whenunsatisfiable() != "DoNotSchedule" &&
      constraint.whenunsatisfiable() != "ScheduleAnyway") {
    errors.not_supported(path.child("whenUnsatisfiable"), constraint.whenunsatisfiable(),
                         {"DoNotSchedule", "ScheduleAnyway"});
  }
  for (int i = position + 1; i < spec.topologyspreadconstraints_size(); ++i) {
    const Constraint& other = spec.topologyspreadconstraints(i);
    if (other.topologykey() != constraint.topologykey() ||
        other.whenunsatisfiable() != constraint.whenunsatisfiable()) {
      continue;
    }
    errors.duplicate(path.child("{topologyKey, whenUnsatisfiable}"),
                     "{" + constraint.topologykey() + ", " + constraint.whenunsatisfiable() + "}");
    break;
  }
  check_domains(constraint, path.child("minDomains"), errors);
  check_inclusion(constraint.has_nodeaffinitypolicy(), constraint.nodeaffinitypolicy(),
                  path.child("nodeAffinityPolicy"), errors);
  check_inclusion(constraint.has_nodetaintspolicy(), constraint.nodetaintspolicy(),
                  path.child("nodeTaintsPolicy"), errors);
  check_keys(constraint, kind, path.child("matchLabelKeys"), errors);
  check_selector(constraint.labelselector(), path.child("labelSelector"), errors);
}

}  // namespace

void check_spread(const core_v1::PodSpec& spec, PodKind kind, const Path& path,
                  ErrorList& errors) {
  for (int i = 0; i < spec.topologyspreadconstraints_size(); ++i) {
    check_constraint(spec, kind, i, path.index(i), errors);
  }
}

}  // namespace kubus::apiserver
