#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/pod_template.pb.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "kubus/workload.h"

namespace kubus {
namespace {

constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";

int phase_order(const std::string& phase) {
  if (phase == "Pending") return 0;
  if (phase == "Unknown") return 1;
  return 2;
}

std::int32_t deletion_cost(const core_v1::Pod& pod) {
  const auto& annotations = pod.metadata().annotations();
  auto it = annotations.find(std::string(kDeletionCost));
  std::int32_t cost = 0;
  if (it != annotations.end())
    std::from_chars(it->second.data(), it->second.data() + it->second.size(), cost);
  return cost;
}

std::int64_t ready_since(const core_v1::Pod& pod) {
  const auto* ready = find_condition(pod, "Ready");
  return ready && ready->status() == "True" ? ready->lasttransitiontime().seconds() : 0;
}

int restarts(const core_v1::Pod& pod) {
  int most = 0;
  for (const auto& container : pod.status().containerstatuses())
    most = std::max(most, container.restartcount());
  return most;
}

// Smaller goes first. Times are negated where the younger goes first.
auto deletion_key(const core_v1::Pod& pod, const std::map<std::string, int>& pods_per_node) {
  auto on_node = pods_per_node.find(pod.spec().nodename());
  const int rank = on_node == pods_per_node.end() ? 0 : on_node->second;
  return std::make_tuple(!pod.spec().nodename().empty(), phase_order(pod.status().phase()),
                         is_pod_ready(pod), deletion_cost(pod), -rank, -ready_since(pod),
                         -restarts(pod), -pod.metadata().creationtimestamp().seconds());
}

}  // namespace

const core_v1::PodCondition* find_condition(const core_v1::Pod& pod, std::string_view type) {
  for (const auto& condition : pod.status().conditions())
    if (condition.type() == type) return &condition;
  return nullptr;
}

bool is_pod_finished(const core_v1::Pod& pod) {
  return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

bool is_pod_active(const core_v1::Pod& pod) {
  return !is_pod_finished(pod) && !pod.metadata().has_deletiontimestamp();
}

bool is_pod_ready(const core_v1::Pod& pod) {
  const auto* ready = find_condition(pod, "Ready");
  return ready && ready->status() == "True";
}

bool is_pod_available(const core_v1::Pod& pod, int min_ready_seconds, SystemTime now,
                      std::chrono::nanoseconds* wait) {
  if (!is_pod_ready(pod)) return false;
  if (min_ready_seconds == 0) return true;
  const auto* ready = find_condition(pod, "Ready");
  if (is_zero(ready->lasttransitiontime())) return false;
  // Any time before 1970 is as long ago as needed, and the difference still fits.
  const auto since = now - std::max(to_time(ready->lasttransitiontime()), SystemTime());
  const auto needed = std::chrono::seconds(min_ready_seconds);
  if (since >= needed) return true;
  if (wait) *wait = needed - since;
  return false;
}

void sort_for_deletion(std::vector<std::shared_ptr<const core_v1::Pod>>& pods,
                       const std::map<std::string, int>& pods_per_node) {
  std::stable_sort(pods.begin(), pods.end(), [&](const auto& a, const auto& b) {
    return deletion_key(*a, pods_per_node) < deletion_key(*b, pods_per_node);
  });
}

core_v1::Pod pod_from_template(const core_v1::PodTemplateSpec& tmpl, const Message& owner,
                               std::string_view prefix) {
  core_v1::Pod pod;
  auto& meta = *pod.mutable_metadata();
  *meta.mutable_labels() = tmpl.metadata().labels();
  *meta.mutable_annotations() = tmpl.metadata().annotations();
  *meta.mutable_finalizers() = tmpl.metadata().finalizers();
  meta.set_namespace_(key_of(owner).ns);
  meta.set_generatename(std::string(prefix) + "-");
  *pod.mutable_spec() = tmpl.spec();
  set_controller(pod, owner);
  return pod;
}

}  // namespace kubus
