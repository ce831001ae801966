// The ReplicaSets of a Deployment: which one holds the present template, which are old, and the
// annotations that carry revisions and sizes.
//
// Thread safety: pure functions on values.
#pragma once

#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/types.h"

namespace kubus::deployment {

inline constexpr char kHashLabel[] = "pod-template-hash";
inline constexpr char kRevision[] = "deployment.kubernetes.io/revision";
inline constexpr char kRevisionHistory[] = "deployment.kubernetes.io/revision-history";
inline constexpr char kDesiredReplicas[] = "deployment.kubernetes.io/desired-replicas";
inline constexpr char kMaxReplicas[] = "deployment.kubernetes.io/max-replicas";

using apps_v1::Deployment;
using apps_v1::ReplicaSet;
using SetPtr = std::shared_ptr<const ReplicaSet>;

// All that a Deployment controls: `current` has its template (null: not made yet), `old` is the
// rest, oldest first.
struct Sets {
  std::vector<SetPtr> old;
  SetPtr current;

  std::vector<SetPtr> all() const;
  // Puts a newer state of a member in the place of the former one.
  void replace(const SetPtr& set);
};

// spec.replicas, one where it is not given.
std::int32_t size_of(const ReplicaSet& set);
std::int32_t wanted_size(const Deployment& deployment);
// Of the set; creation time, then name.
bool is_older(const SetPtr& a, const SetPtr& b);

// Equal but for the pod-template-hash label.
bool same_template(const core_v1::PodTemplateSpec& a, const core_v1::PodTemplateSpec& b);
// Of several sets with the template the oldest is the current one.
Sets sort_out(const Deployment& deployment, std::vector<SetPtr> sets);

// Nothing where the annotation is absent or no number.
std::optional<std::int64_t> number_annotation(const ReplicaSet& set, const std::string& name);
// The highest revision among the sets, 0 for none.
std::int64_t highest_revision(const std::vector<SetPtr>& sets);

// Writes what the set inherits: the deployment's annotations, and `revision` if that is higher than
// its own, the former one then joins its history. True when that changed the set.
bool inherit_annotations(const Deployment& deployment, std::int64_t revision, ReplicaSet& set);
// True when that changed the set.
bool set_size_annotations(std::int32_t desired, std::int32_t most, ReplicaSet& set);

// The set for the present template, of no pods yet and without annotations.
ReplicaSet make_set(const Deployment& deployment);

// Those that the history limit has no room for and that are no longer in use, lowest revision
// first. None without a limit.
std::vector<SetPtr> beyond_history(const Deployment& deployment, const std::vector<SetPtr>& old);

}  // namespace kubus::deployment
