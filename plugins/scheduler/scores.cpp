#include "scores.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <cmath>

#include "filters.h"

namespace kubus::scheduler {
namespace {

constexpr std::int64_t kMax = 100;
constexpr std::int64_t kTaintWeight = 3;
constexpr std::int64_t kAffinityWeight = 2;

// Scales to 0..100 by the highest value.
void normalise(std::vector<std::int64_t>& values, bool reverse) {
  const std::int64_t top = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  for (std::int64_t& value : values) {
    if (top > 0) value = value * kMax / top;
    if (reverse) value = kMax - value;
  }
}

}  // namespace

std::int64_t least_allocated(const PodUse& use, const NodeRow& node) {
  std::int64_t sum = 0, parts = 0;
  auto add = [&](std::int64_t has, std::int64_t taken) {
    if (has <= 0) return;
    ++parts;
    if (taken <= has) sum += (has - taken) * kMax / has;
  };
  add(node.allocatable.cpu, node.padded.cpu + use.padded.cpu);
  add(node.allocatable.memory, node.padded.memory + use.padded.memory);
  return parts == 0 ? 0 : sum / parts;
}

std::int64_t balanced_allocation(const PodUse& use, const NodeRow& node) {
  if (node.allocatable.cpu <= 0 || node.allocatable.memory <= 0) return kMax;
  auto share = [](std::int64_t taken, std::int64_t has) {
    return std::min(1.0, static_cast<double>(taken) / static_cast<double>(has));
  };
  const double cpu = share(node.requested.cpu + use.requested.cpu, node.allocatable.cpu);
  const double memory =
      share(node.requested.memory + use.requested.memory, node.allocatable.memory);
  return static_cast<std::int64_t>((1.0 - std::fabs(cpu - memory) / 2) * kMax);
}

std::int64_t preferred_affinity(const core_v1::Pod& pod, const NodeRow& node) {
  std::int64_t sum = 0;
  const auto& affinity = pod.spec().affinity().nodeaffinity();
  for (const auto& term : affinity.preferredduringschedulingignoredduringexecution())
    if (matches(term.preference(), {node.name, node.labels})) sum += term.weight();
  return sum;
}

std::int64_t unwanted_taints(const core_v1::Pod& pod, const NodeRow& node) {
  return std::count_if(node.taints.begin(), node.taints.end(), [&](const NodeTaint& taint) {
    return taint.effect == "PreferNoSchedule" && !tolerates(pod, taint);
  });
}

std::vector<std::size_t> best(const core_v1::Pod& pod, const PodUse& use,
                              const std::vector<NodeRow>& rows,
                              const std::vector<std::size_t>& candidates) {
  std::vector<std::int64_t> affinity, taints;
  for (std::size_t at : candidates) {
    affinity.push_back(preferred_affinity(pod, rows[at]));
    taints.push_back(unwanted_taints(pod, rows[at]));
  }
  normalise(affinity, false);
  normalise(taints, true);
  std::vector<std::size_t> out;
  std::int64_t top = -1;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const NodeRow& node = rows[candidates[i]];
    std::int64_t total =
        affinity[i] * kAffinityWeight + taints[i] * kTaintWeight + least_allocated(use, node);
    if (!use.requested.is_zero()) total += balanced_allocation(use, node);
    if (total > top) out.clear();
    if (total >= top) out.push_back(candidates[i]);
    top = std::max(top, total);
  }
  return out;
}

}  // namespace kubus::scheduler
