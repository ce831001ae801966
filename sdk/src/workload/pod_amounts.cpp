#include <k8s/core/v1/pod.pb.h>

#include <algorithm>

#include "kubus/quota.h"

namespace kubus {
namespace {

enum class Side { kRequests, kLimits };

Amounts read(const core_v1::ResourceRequirements& resources, Side side) {
  return amounts_of(side == Side::kRequests ? resources.requests() : resources.limits());
}

bool is_of_whole_pod(const std::string& resource) {
  return resource == "cpu" || resource == "memory" || resource.starts_with("hugepages-");
}

// `amounts_in(container)` is what one container counts for.
template <class AmountsIn>
Amounts total(const core_v1::PodSpec& spec, Side side, const AmountsIn& amounts_in) {
  Amounts running;
  for (const auto& container : spec.containers()) add_amounts(running, amounts_in(container));
  Amounts sidecars, starting;
  for (const auto& container : spec.initcontainers()) {
    Amounts step = amounts_in(container);
    if (container.restartpolicy() == "Always") {
      add_amounts(running, step);
      add_amounts(sidecars, step);
      step = sidecars;
    } else {
      add_amounts(step, sidecars);
    }
    raise_amounts(starting, step);
  }
  raise_amounts(running, starting);
  for (const auto& [name, amount] : read(spec.resources(), side))
    if (is_of_whole_pod(name)) running[name] = amount;
  return running;
}

Amounts total(const core_v1::PodSpec& spec, Side side) {
  return total(spec, side, [side](const core_v1::Container& container) {
    return read(container.resources(), side);
  });
}

bool is_resize_infeasible(const core_v1::Pod& pod) {
  const auto& conditions = pod.status().conditions();
  return std::any_of(conditions.begin(), conditions.end(), [](const auto& condition) {
    return condition.type() == "PodResizePending" && condition.reason() == "Infeasible";
  });
}

const core_v1::ContainerStatus* status_of(const core_v1::Pod& pod, const std::string& name) {
  for (const auto* list :
       {&pod.status().containerstatuses(), &pod.status().initcontainerstatuses()})
    for (const auto& status : *list)
      if (status.name() == name) return &status;
  return nullptr;
}

// While a container is resized, what it had and what it is to have both count.
Amounts total_in_use(const core_v1::Pod& pod, Side side) {
  const bool infeasible = is_resize_infeasible(pod);
  Amounts sum = total(pod.spec(), side, [&](const core_v1::Container& container) {
    Amounts wanted = read(container.resources(), side);
    const auto* status = status_of(pod, container.name());
    if (!status || !status->has_resources()) return wanted;
    Amounts had = read(status->resources(), side);
    if (side == Side::kRequests) raise_amounts(had, amounts_of(status->allocatedresources()));
    if (infeasible) return had;
    raise_amounts(had, wanted);
    return had;
  });
  for (const auto& [name, amount] : amounts_of(pod.spec().overhead())) {
    // What is not limited stays so.
    if (side == Side::kLimits && (!sum.contains(name) || sum[name].is_zero())) continue;
    sum[name] += amount;
  }
  return sum;
}

}  // namespace

Amounts amounts_of(const AmountMap& map) {
  Amounts amounts;
  for (const auto& [name, amount] : map) amounts.emplace(name, QuantityValue::of(amount));
  return amounts;
}

void store_amounts(const Amounts& amounts, AmountMap& map) {
  map.clear();
  for (const auto& [name, amount] : amounts) amount.store(map[name]);
}

void add_amounts(Amounts& sum, const Amounts& more) {
  for (const auto& [name, amount] : more) {
    const auto [at, added] = sum.emplace(name, amount);
    if (!added) at->second += amount;
  }
}

void raise_amounts(Amounts& amounts, const Amounts& others) {
  for (const auto& [name, amount] : others) {
    const auto [at, added] = amounts.emplace(name, amount);
    if (!added && at->second < amount) at->second = amount;
  }
}

Amounts pod_requests(const core_v1::PodSpec& spec) { return total(spec, Side::kRequests); }
Amounts pod_limits(const core_v1::PodSpec& spec) { return total(spec, Side::kLimits); }
Amounts pod_requests_in_use(const core_v1::Pod& pod) { return total_in_use(pod, Side::kRequests); }
Amounts pod_limits_in_use(const core_v1::Pod& pod) { return total_in_use(pod, Side::kLimits); }

}  // namespace kubus
