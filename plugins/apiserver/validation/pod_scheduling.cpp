#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/scheduling.pb.h>
#include <k8s/core/v1/selector.pb.h>

#include <algorithm>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

void check_toleration(const core_v1::Toleration& toleration, const Path& path, ErrorList& errors) {
  if (!toleration.key().empty()) check_label_name(toleration.key(), path.child("key"), errors);
  if (toleration.key().empty() && toleration.operator_() != "Exists") {
    errors.invalid(path.child("operator"), toleration.operator_(),
                   "operator must be Exists when `key` is empty, which means \"match all values "
                   "and all keys\"");
  }
  if (toleration.has_tolerationseconds() && toleration.effect() != "NoExecute") {
    errors.invalid(path.child("effect"), toleration.effect(),
                   "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  const std::string& op = toleration.operator_();
  if (op.empty() || op == "Equal") {
    check_each(check_label_value(toleration.value()), toleration.value(), path.child("operator"),
               errors);
  } else if (op == "Exists") {
    if (!toleration.value().empty()) {
      errors.invalid(path.child("operator"), toleration.value(),
                     "value must be empty when `operator` is 'Exists'");
    }
  } else {
    errors.not_supported(path.child("operator"), op, {"Equal", "Exists"});
  }
  if (!toleration.effect().empty()) {
    check_one_of(toleration.effect(), {"NoExecute", "NoSchedule", "PreferNoSchedule"},
                 path.child("effect"), errors);
  }
}

void check_node_requirement(const core_v1::NodeSelectorRequirement& item, const Path& path,
                            ErrorList& errors) {
  const std::string& op = item.operator_();
  if (op == "In" || op == "NotIn") {
    if (item.values().empty()) {
      errors.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!item.values().empty()) {
      errors.forbidden(path.child("values"),
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (op == "Gt" || op == "Lt") {
    if (item.values_size() != 1) {
      errors.required(path.child("values"),
                      "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else {
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  }
  check_label_name(item.key(), path.child("key"), errors);
}

void check_node_term(const core_v1::NodeSelectorTerm& term, const Path& path, ErrorList& errors) {
  for (int i = 0; i < term.matchexpressions_size(); ++i) {
    check_node_requirement(term.matchexpressions(i),
                           path.child("matchExpressions").index(static_cast<std::size_t>(i)),
                           errors);
  }
  for (int i = 0; i < term.matchfields_size(); ++i) {
    const auto& item = term.matchfields(i);
    const Path at = path.child("matchFields").index(static_cast<std::size_t>(i));
    if (item.operator_() != "In" && item.operator_() != "NotIn") {
      errors.invalid(at.child("operator"), item.operator_(), "not a valid selector operator");
    } else if (item.values_size() != 1) {
      errors.required(at.child("values"),
                      "must be only one value when `operator` is 'In' or 'NotIn' for node field "
                      "selector");
    }
    if (item.key() != "metadata.name") {
      errors.invalid(at.child("key"), item.key(), "not a valid field selector key");
    }
  }
}

void check_weight(std::int32_t weight, const Path& path, ErrorList& errors) {
  if (weight < 1 || weight > 100) {
    errors.invalid(path.child("weight"), weight, "must be in the range 1-100");
  }
}

void check_node_affinity(const core_v1::NodeAffinity& affinity, const Path& path,
                         ErrorList& errors) {
  if (affinity.has_requiredduringschedulingignoredduringexecution()) {
    const auto& terms =
        affinity.requiredduringschedulingignoredduringexecution().nodeselectorterms();
    const Path at =
        path.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms");
    if (terms.empty()) {
      errors.required(at, "must have at least one node selector term");
    }
    for (int i = 0; i < terms.size(); ++i) {
      check_node_term(terms[i], at.index(static_cast<std::size_t>(i)), errors);
    }
  }
  const auto& preferred = affinity.preferredduringschedulingignoredduringexecution();
  for (int i = 0; i < preferred.size(); ++i) {
    const Path at = path.child("preferredDuringSchedulingIgnoredDuringExecution")
                        .index(static_cast<std::size_t>(i));
    check_weight(preferred[i].weight(), at, errors);
    check_node_term(preferred[i].preference(), at.child("preference"), errors);
  }
}

void check_pod_term(const core_v1::PodAffinityTerm& term, const Path& path, ErrorList& errors) {
  check_selector(term.labelselector(), path.child("labelSelector"), errors);
  check_selector(term.namespaceselector(), path.child("namespaceSelector"), errors);
  for (const std::string& name : term.namespaces()) {
    check_each(check_dns1123_label(name), name, path.child("namespace"), errors);
  }
  if (term.topologykey().empty()) {
    errors.required(path.child("topologyKey"), "can not be empty");
  } else {
    check_label_name(term.topologykey(), path.child("topologyKey"), errors);
  }
}

template <class Affinity>
void check_pod_affinity(const Affinity& affinity, const Path& path, ErrorList& errors) {
  const auto& required = affinity.requiredduringschedulingignoredduringexecution();
  for (int i = 0; i < required.size(); ++i) {
    check_pod_term(required[i],
                   path.child("requiredDuringSchedulingIgnoredDuringExecution")
                       .index(static_cast<std::size_t>(i)),
                   errors);
  }
  const auto& preferred = affinity.preferredduringschedulingignoredduringexecution();
  for (int i = 0; i < preferred.size(); ++i) {
    const Path at = path.child("preferredDuringSchedulingIgnoredDuringExecution")
                        .index(static_cast<std::size_t>(i));
    check_weight(preferred[i].weight(), at, errors);
    check_pod_term(preferred[i].podaffinityterm(), at.child("podAffinityTerm"), errors);
  }
}

void check_spread(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  for (int i = 0; i < spec.topologyspreadconstraints_size(); ++i) {
    const auto& constraint = spec.topologyspreadconstraints(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    if (constraint.maxskew() <= 0) {
      errors.invalid(at.child("maxSkew"), constraint.maxskew(), "must be greater than zero");
    }
    if (constraint.topologykey().empty()) {
      errors.required(at.child("topologyKey"), "can not be empty");
    } else {
      check_label_name(constraint.topologykey(), at.child("topologyKey"), errors);
    }
    if (constraint.whenunsatisfiable() != "DoNotSchedule" &&
        constraint.whenunsatisfiable() != "ScheduleAnyway") {
      errors.not_supported(at.child("whenUnsatisfiable"), constraint.whenunsatisfiable(),
                           {"DoNotSchedule", "ScheduleAnyway"});
    }
    check_selector(constraint.labelselector(), at.child("labelSelector"), errors);
  }
}

}  // namespace

void check_scheduling(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const Path affinity = path.child("affinity");
  check_node_affinity(spec.affinity().nodeaffinity(), affinity.child("nodeAffinity"), errors);
  check_pod_affinity(spec.affinity().podaffinity(), affinity.child("podAffinity"), errors);
  check_pod_affinity(spec.affinity().podantiaffinity(), affinity.child("podAntiAffinity"), errors);
  for (int i = 0; i < spec.schedulinggates_size(); ++i) {
    const std::string& name = spec.schedulinggates(i).name();
    check_each(check_qualified_name(name), name,
               path.child("schedulingGates").index(static_cast<std::size_t>(i)), errors);
  }
  check_spread(spec, path.child("topologySpreadConstraints"), errors);
  for (int i = 0; i < spec.tolerations_size(); ++i) {
    check_toleration(spec.tolerations(i),
                     path.child("tolerations").index(static_cast<std::size_t>(i)), errors);
  }
}

}  // namespace kubus::apiserver
