#include "strategy/label_keys.h"

#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/scheduling.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using Keys = google::protobuf::RepeatedPtrField<std::string>;

void add_keys(const Keys& keys, const char* op, const StringMap& labels,
              meta_v1::LabelSelector& selector) {
  for (const auto& key : keys) {
    const auto found = labels.find(key);
    if (found == labels.end()) continue;
    auto& item = *selector.add_matchexpressions();
    item.set_key(key);
    item.set_operator_(op);
    item.add_values(found->second);
  }
}

// A term without a selector matches no pod, whatever its labels.
void merge_term(core_v1::PodAffinityTerm& term, const StringMap& labels) {
  if (!term.has_labelselector()) return;
  add_keys(term.matchlabelkeys(), "In", labels, *term.mutable_labelselector());
  add_keys(term.mismatchlabelkeys(), "NotIn", labels, *term.mutable_labelselector());
}

template <class Affinity>
void merge_terms(Affinity& affinity, const StringMap& labels) {
  for (auto& term : *affinity.mutable_preferredduringschedulingignoredduringexecution())
    merge_term(*term.mutable_podaffinityterm(), labels);
  for (auto& term : *affinity.mutable_requiredduringschedulingignoredduringexecution())
    merge_term(term, labels);
}

}  // namespace

void merge_label_keys(core_v1::Pod& pod) {
  const auto& labels = pod.metadata().labels();
  if (labels.empty()) return;
  auto& spec = *pod.mutable_spec();
  if (spec.affinity().has_podaffinity())
    merge_terms(*spec.mutable_affinity()->mutable_podaffinity(), labels);
  if (spec.affinity().has_podantiaffinity())
    merge_terms(*spec.mutable_affinity()->mutable_podantiaffinity(), labels);
  for (auto& constraint : *spec.mutable_topologyspreadconstraints())
    if (constraint.has_labelselector())
      add_keys(constraint.matchlabelkeys(), "In", labels, *constraint.mutable_labelselector());
}

}  // namespace kubus::apiserver
