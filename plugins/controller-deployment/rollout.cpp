#include "rollout.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "kubus/api/int_or_string.h"

namespace kubus::deployment {
namespace {

struct Fences {
  std::int32_t surge = 0;
  std::int32_t unavailable = 0;
};

// Values that the API's validation would have refused count as zero.
Fences fences(const Deployment& deployment) {
  Fences out;
  const auto& rolling = deployment.spec().strategy().rollingupdate();
  const std::int32_t wanted = wanted_size(deployment);
  if (rolling.has_maxsurge())
    if (auto value = scaled_value(rolling.maxsurge(), wanted, true); value.ok()) out.surge = *value;
  if (rolling.has_maxunavailable())
    if (auto value = scaled_value(rolling.maxunavailable(), wanted, false); value.ok())
      out.unavailable = *value;
  // Percentages of few pods can round to nothing, and a rollout has to get on somehow.
  if (out.surge == 0 && out.unavailable == 0) out.unavailable = 1;
  return out;
}

std::int32_t total_size(const std::vector<SetPtr>& sets) {
  std::int32_t total = 0;
  for (const SetPtr& set : sets) total += size_of(*set);
  return total;
}

std::int32_t total_available(const std::vector<SetPtr>& sets) {
  std::int32_t total = 0;
  for (const SetPtr& set : sets) total += set->status().availablereplicas();
  return total;
}

std::vector<SetPtr> in_use(std::vector<SetPtr> sets) {
  std::erase_if(sets, [](const SetPtr& set) { return size_of(*set) <= 0; });
  return sets;
}

// The one set that a resize is about, when no rollout is under way; null otherwise.
SetPtr only_one(const Sets& sets) {
  const auto active = in_use(sets.all());
  if (active.size() == 1) return active.front();
  if (!active.empty()) return nullptr;
  if (sets.current) return sets.current;
  return sets.old.empty() ? nullptr : sets.old.back();
}

bool is_saturated(const Deployment& deployment, const SetPtr& set) {
  const std::int32_t wanted = wanted_size(deployment);
  return set && size_of(*set) == wanted && set->status().availablereplicas() == wanted &&
         number_annotation(*set, kDesiredReplicas) == wanted;
}

// By how much the set would change if it kept its part of the whole.
std::int32_t share(const Deployment& deployment, const ReplicaSet& set) {
  if (wanted_size(deployment) == 0) return -size_of(set);
  std::int64_t before = number_annotation(set, kMaxReplicas).value_or(0);
  if (before == 0) before = deployment.status().replicas();
  if (before == 0) return 0;
  const double most = wanted_size(deployment) + max_surge(deployment);
  const double size = size_of(set) * most / static_cast<double>(before);
  return static_cast<std::int32_t>(std::round(size)) - size_of(set);
}

Plan proportional(const Deployment& deployment, const Sets& sets) {
  auto active = in_use(sets.all());
  const std::int32_t wanted = wanted_size(deployment);
  const std::int32_t room = wanted > 0 ? wanted + max_surge(deployment) : 0;
  const std::int32_t missing = room - total_size(active);
  // The largest set takes what rounding leaves over; of equal ones the newest when growing.
  std::sort(active.begin(), active.end(), [missing](const SetPtr& a, const SetPtr& b) {
    if (size_of(*a) != size_of(*b)) return size_of(*a) > size_of(*b);
    return missing > 0 ? is_older(b, a) : is_older(a, b);
  });
  Plan plan;
  std::int32_t given = 0;
  for (const SetPtr& set : active) {
    std::int32_t part = 0;
    if (missing > 0) part = std::min(share(deployment, *set), missing - given);
    if (missing < 0) part = std::max(share(deployment, *set), missing - given);
    if (given == missing) part = 0;
    given += part;
    plan.push_back({set->metadata().name(), size_of(*set) + part});
  }
  if (!plan.empty()) plan[0].size = std::max(plan[0].size + missing - given, 0);
  return plan;
}

}  // namespace

bool is_rolling(const Deployment& deployment) {
  return deployment.spec().strategy().type() != "Recreate";
}

std::int32_t max_surge(const Deployment& deployment) {
  return is_rolling(deployment) ? fences(deployment).surge : 0;
}

std::int32_t max_unavailable(const Deployment& deployment) {
  const std::int32_t wanted = wanted_size(deployment);
  if (!is_rolling(deployment) || wanted == 0) return 0;
  return std::min(fences(deployment).unavailable, wanted);
}

std::int32_t next_current_size(const Deployment& deployment, const std::vector<SetPtr>& old,
                               std::int32_t present) {
  const std::int32_t wanted = wanted_size(deployment);
  if (!is_rolling(deployment)) return wanted;
  const std::int32_t room = wanted + max_surge(deployment) - total_size(old) - present;
  return room <= 0 ? present : present + std::min(room, wanted - present);
}

Plan plan_current(const Deployment& deployment, const Sets& sets) {
  if (!sets.current) return {};
  const std::int32_t size = size_of(*sets.current);
  const std::int32_t wanted = wanted_size(deployment);
  const std::int32_t next = size > wanted ? wanted : next_current_size(deployment, sets.old, size);
  return next == size ? Plan{} : Plan{{sets.current->metadata().name(), next}};
}

Plan plan_old(const Deployment& deployment, const Sets& sets) {
  const std::int32_t least = wanted_size(deployment) - max_unavailable(deployment);
  const std::int32_t starting =
      sets.current ? size_of(*sets.current) - sets.current->status().availablereplicas() : 0;
  std::int32_t budget = total_size(sets.all()) - least - starting;
  if (total_size(sets.old) == 0 || budget <= 0) return {};

  Plan plan;
  std::map<std::string, std::int32_t> sizes;
  for (const SetPtr& set : sets.old) {
    std::int32_t& size = sizes[set->metadata().name()] = size_of(*set);
    const std::int32_t cut = std::min(budget, size - set->status().availablereplicas());
    if (size == 0 || cut <= 0) continue;
    budget -= cut;
    plan.push_back({set->metadata().name(), size -= cut});
  }
  std::int32_t spare = total_available(sets.all()) - least;
  for (const SetPtr& set : sets.old) {
    std::int32_t& size = sizes[set->metadata().name()];
    const std::int32_t cut = std::min(size, spare);
    if (cut <= 0) continue;
    spare -= cut;
    plan.push_back({set->metadata().name(), size -= cut});
  }
  return plan;
}

Plan plan_none_old(const Sets& sets) {
  Plan plan;
  for (const SetPtr& set : in_use(sets.old)) plan.push_back({set->metadata().name(), 0});
  return plan;
}

Plan plan_resize(const Deployment& deployment, const Sets& sets) {
  const std::int32_t wanted = wanted_size(deployment);
  if (const SetPtr set = only_one(sets)) return {{set->metadata().name(), wanted}};
  if (is_saturated(deployment, sets.current)) return plan_none_old(sets);
  return is_rolling(deployment) ? proportional(deployment, sets) : Plan{};
}

bool is_resized(const Deployment& deployment, const Sets& sets) {
  for (const SetPtr& set : in_use(sets.all())) {
    const auto desired = number_annotation(*set, kDesiredReplicas);
    if (desired && *desired != wanted_size(deployment)) return true;
  }
  return false;
}

}  // namespace kubus::deployment
