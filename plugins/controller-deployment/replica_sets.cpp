#include "replica_sets.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "kubus/api/time.h"
#include "kubus/object.h"
#include "kubus/workload.h"

namespace kubus::deployment {
namespace {

constexpr std::size_t kMaxHistoryLength = 2000;

std::optional<std::int64_t> to_number(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

bool is_inherited(std::string_view annotation) {
  static constexpr std::string_view kOwn[] = {"kubectl.kubernetes.io/last-applied-configuration",
                                              kRevision,
                                              kRevisionHistory,
                                              kDesiredReplicas,
                                              kMaxReplicas,
                                              "deprecated.deployment.rollback.to"};
  return std::find(std::begin(kOwn), std::end(kOwn), annotation) == std::end(kOwn);
}

template <class Map>
bool put(Map& map, const std::string& key, const std::string& value) {
  auto found = map.find(key);
  if (found != map.end() && found->second == value) return false;
  map[key] = value;
  return true;
}

// "1,3" and "5" make "1,3,5"; the oldest go when it gets too long.
std::string extend_history(std::string history, const std::string& revision) {
  if (history.empty()) return revision;
  history += "," + revision;
  while (history.size() > kMaxHistoryLength) {
    const std::size_t comma = history.find(',');
    if (comma == std::string::npos) break;
    history.erase(0, comma + 1);
  }
  return history;
}

}  // namespace

std::vector<SetPtr> Sets::all() const {
  std::vector<SetPtr> sets = old;
  if (current) sets.push_back(current);
  return sets;
}

void Sets::replace(const SetPtr& set) {
  if (current && current->metadata().uid() == set->metadata().uid()) current = set;
  for (SetPtr& other : old)
    if (other->metadata().uid() == set->metadata().uid()) other = set;
}

std::int32_t size_of(const ReplicaSet& set) {
  return set.spec().has_replicas() ? set.spec().replicas() : 1;
}

std::int32_t wanted_size(const Deployment& deployment) {
  return deployment.spec().has_replicas() ? deployment.spec().replicas() : 1;
}

bool is_older(const SetPtr& a, const SetPtr& b) {
  const SystemTime left = to_time(a->metadata().creationtimestamp());
  const SystemTime right = to_time(b->metadata().creationtimestamp());
  return left != right ? left < right : a->metadata().name() < b->metadata().name();
}

bool same_template(const core_v1::PodTemplateSpec& a, const core_v1::PodTemplateSpec& b) {
  core_v1::PodTemplateSpec left = a;
  core_v1::PodTemplateSpec right = b;
  left.mutable_metadata()->mutable_labels()->erase(kHashLabel);
  right.mutable_metadata()->mutable_labels()->erase(kHashLabel);
  return same_content(left, right);
}

Sets sort_out(const Deployment& deployment, std::vector<SetPtr> sets) {
  std::sort(sets.begin(), sets.end(), is_older);
  Sets sorted;
  for (SetPtr& set : sets) {
    if (!sorted.current && same_template(set->spec().template_(), deployment.spec().template_()))
      sorted.current = std::move(set);
    else
      sorted.old.push_back(std::move(set));
  }
  return sorted;
}

std::optional<std::int64_t> number_annotation(const ReplicaSet& set, const std::string& name) {
  const auto& annotations = set.metadata().annotations();
  auto found = annotations.find(name);
  return found == annotations.end() ? std::nullopt : to_number(found->second);
}

std::int64_t highest_revision(const std::vector<SetPtr>& sets) {
  std::int64_t highest = 0;
  for (const SetPtr& set : sets)
    highest = std::max(highest, number_annotation(*set, kRevision).value_or(0));
  return highest;
}

bool inherit_annotations(const Deployment& deployment, std::int64_t revision, ReplicaSet& set) {
  auto& annotations = *set.mutable_metadata()->mutable_annotations();
  bool changed = false;
  for (const auto& [key, value] : deployment.metadata().annotations())
    if (is_inherited(key)) changed = put(annotations, key, value) || changed;

  auto found = annotations.find(kRevision);
  const std::string former = found == annotations.end() ? "" : found->second;
  const auto number = former.empty() ? std::optional<std::int64_t>(0) : to_number(former);
  if (!number || *number >= revision) return changed;
  if (!former.empty())
    annotations[kRevisionHistory] = extend_history(annotations[kRevisionHistory], former);
  annotations[kRevision] = std::to_string(revision);
  return true;
}

bool set_size_annotations(std::int32_t desired, std::int32_t most, ReplicaSet& set) {
  auto& annotations = *set.mutable_metadata()->mutable_annotations();
  const bool changed = put(annotations, kDesiredReplicas, std::to_string(desired));
  return put(annotations, kMaxReplicas, std::to_string(most)) || changed;
}

ReplicaSet make_set(const Deployment& deployment) {
  const auto& spec = deployment.spec();
  const std::int32_t collisions = deployment.status().collisioncount();
  const std::string hash = template_hash(
      spec.template_(), deployment.status().has_collisioncount() ? &collisions : nullptr);
  ReplicaSet set;
  set.mutable_metadata()->set_name(deployment.metadata().name() + "-" + hash);
  set.mutable_metadata()->set_namespace_(deployment.metadata().namespace_());
  set_controller(set, deployment);
  set.mutable_spec()->set_replicas(0);
  set.mutable_spec()->set_minreadyseconds(spec.minreadyseconds());
  *set.mutable_spec()->mutable_selector() = spec.selector();
  (*set.mutable_spec()->mutable_selector()->mutable_matchlabels())[kHashLabel] = hash;
  *set.mutable_spec()->mutable_template_() = spec.template_();
  auto& labels = *set.mutable_spec()->mutable_template_()->mutable_metadata()->mutable_labels();
  labels[kHashLabel] = hash;
  *set.mutable_metadata()->mutable_labels() = labels;
  return set;
}

std::vector<SetPtr> beyond_history(const Deployment& deployment, const std::vector<SetPtr>& old) {
  const auto& spec = deployment.spec();
  constexpr std::int32_t kUnlimited = std::numeric_limits<std::int32_t>::max();
  if (!spec.has_revisionhistorylimit() || spec.revisionhistorylimit() == kUnlimited) return {};
  std::vector<SetPtr> alive;
  for (const SetPtr& set : old)
    if (!is_deleting(*set)) alive.push_back(set);
  const auto limit = static_cast<std::size_t>(std::max(spec.revisionhistorylimit(), 0));
  if (alive.size() <= limit) return {};
  std::stable_sort(alive.begin(), alive.end(), [](const SetPtr& a, const SetPtr& b) {
    const auto left = number_annotation(*a, kRevision).value_or(0);
    const auto right = number_annotation(*b, kRevision).value_or(0);
    return left != right ? left < right : is_older(a, b);
  });
  alive.resize(alive.size() - limit);
  std::erase_if(alive, [](const SetPtr& set) {
    return set->status().replicas() != 0 || size_of(*set) != 0 ||
           set->metadata().generation() > set->status().observedgeneration();
  });
  return alive;
}

}  // namespace kubus::deployment
