// How many pods each ReplicaSet of a Deployment should have next: the numbers of rolling updates,
// of Recreate, and of resizing in the middle of a rollout.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "replica_sets.h"

namespace kubus::deployment {

bool is_rolling(const Deployment& deployment);
// Pods allowed above, and missing below, the wanted number. Surge rounds up and unavailable down;
// never both zero for a rolling update. Zero for other strategies.
std::int32_t max_surge(const Deployment& deployment);
std::int32_t max_unavailable(const Deployment& deployment);

// A set, by name, and the size it gets. Resizes are carried out in order; one to the size that a
// set has refreshes its annotations only.
struct Resize {
  std::string name;
  std::int32_t size;
  bool operator==(const Resize&) const = default;
};
using Plan = std::vector<Resize>;

// The size that the current set may have now, from its present one and what the others hold.
std::int32_t next_current_size(const Deployment& deployment, const std::vector<SetPtr>& old,
                               std::int32_t present);
// Growing or shrinking the current set; empty when it has its size or there is no room.
Plan plan_current(const Deployment& deployment, const Sets& sets);
// Shrinking old sets in a rolling update: pods that are not available first, then as many as the
// available ones of all sets allow.
Plan plan_old(const Deployment& deployment, const Sets& sets);
// All old sets to zero.
Plan plan_none_old(const Sets& sets);
// The deployment was resized: in the middle of a rollout every set gets its share.
Plan plan_resize(const Deployment& deployment, const Sets& sets);

// True when a set in use was sized for another wanted number.
bool is_resized(const Deployment& deployment, const Sets& sets);

}  // namespace kubus::deployment
