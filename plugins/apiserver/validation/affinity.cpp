// Which nodes a pod wants, and next to which pods.
#include <k8s/core/v1/scheduling.pb.h>
#include <k8s/core/v1/selector.pb.h>

#include <algorithm>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

enum class NodeTerm { kRequired, kPreferred };

void check_node_term(const core_v1::NodeSelectorTerm& term, NodeTerm kind, const Path& path,
                     ErrorList& errors) {
  for (int i = 0; i < term.matchexpressions_size(); ++i) {
    const auto& item = term.matchexpressions(i);
    check_requirement({item.key(), item.operator_(), item.values(), true, kind == NodeTerm::kPreferred},
                      path.child("matchExpressions").index(i), errors);
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
      continue;
    }
    for (int j = 0; j < item.values_size(); ++j) {
      errors.invalid_each(at.child("values").index(j), item.values(j),
                          check_dns1123_subdomain(item.values(j)));
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
    check_node_selector(affinity.requiredduringschedulingignoredduringexecution(),
                        path.child("requiredDuringSchedulingIgnoredDuringExecution"), errors);
  }
  const auto& preferred = affinity.preferredduringschedulingignoredduringexecution();
  for (int i = 0; i < preferred.size(); ++i) {
    const Path at = path.child("preferredDuringSchedulingIgnoredDuringExecution")
                        .index(static_cast<std::size_t>(i));
    check_weight(preferred[i].weight(), at, errors);
    check_node_term(preferred[i].preference(), NodeTerm::kPreferred, at.child("preference"),
                    errors);
  }
}

void check_pod_keys(const core_v1::PodAffinityTerm& term, const Path& path, ErrorList& errors) {
  const auto& matching = term.matchlabelkeys();
  for (const auto& [keys, name] : {std::pair(&matching, "matchLabelKeys"),
                                   std::pair(&term.mismatchlabelkeys(), "mismatchLabelKeys")}) {
    if (keys->empty()) continue;
    if (!term.has_labelselector()) {
      errors.forbidden(path.child(name), "must not be specified when labelSelector is not set");
      continue;
    }
    for (int i = 0; i < keys->size(); ++i) {
      check_label_name((*keys)[i], path.child(name).index(i), errors);
    }
  }
  for (int i = 0; i < term.mismatchlabelkeys_size(); ++i) {
    const std::string& key = term.mismatchlabelkeys(i);
    if (std::find(matching.begin(), matching.end(), key) == matching.end()) continue;
    errors.invalid(path.child("mismatchLabelKeys").index(i), key,
                   "exists in both matchLabelKeys and mismatchLabelKeys");
  }
}

void check_pod_term(const core_v1::PodAffinityTerm& term, const Path& path, ErrorList& errors) {
  check_selector(term.labelselector(), path.child("labelSelector"), errors);
  check_selector(term.namespaceselector(), path.child("namespaceSelector"), errors);
  for (const std::string& name : term.namespaces()) {
    errors.invalid_each(path.child("namespace"), name, check_dns1123_label(name));
  }
  check_pod_keys(term, path, errors);
  if (term.topologykey().empty()) errors.required(path.child("topologyKey"), "can not be empty");
  check_label_name(term.topologykey(), path.child("topologyKey"), errors);
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

}  // namespace

void check_node_selector(const core_v1::NodeSelector& selector, const Path& path,
                         ErrorList& errors) {
  const Path at = path.child("nodeSelectorTerms");
  if (selector.nodeselectorterms().empty()) {
    errors.required(at, "must have at least one node selector term");
  }
  for (int i = 0; i < selector.nodeselectorterms_size(); ++i) {
    check_node_term(selector.nodeselectorterms(i), NodeTerm::kRequired, at.index(i), errors);
  }
}

void check_affinity(const core_v1::Affinity& affinity, const Path& path, ErrorList& errors) {
  check_node_affinity(affinity.nodeaffinity(), path.child("nodeAffinity"), errors);
  check_pod_affinity(affinity.podaffinity(), path.child("podAffinity"), errors);
  check_pod_affinity(affinity.podantiaffinity(), path.child("podAntiAffinity"), errors);
}

}  // namespace kubus::apiserver
