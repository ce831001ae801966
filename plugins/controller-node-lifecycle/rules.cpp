#include "rules.h"

#include <algorithm>
#include <set>

namespace kubus::node_lifecycle {

namespace {

const std::string kPrefix = "node.kubernetes.io/";
using TaintId = std::pair<std::string, std::string>;  // key, effect

const std::set<std::string>& managed() {
  static const std::set<std::string> keys = {
      kPrefix + "not-ready",          kPrefix + "unreachable",   kPrefix + "unschedulable",
      kPrefix + "memory-pressure",    kPrefix + "disk-pressure", kPrefix + "pid-pressure",
      kPrefix + "network-unavailable"};
  return keys;
}

std::set<TaintId> wanted(const core_v1::Node& node) {
  std::set<TaintId> out;
  const std::string ready = condition_status(node, "Ready");
  if (ready == "False" || ready == "Unknown") {
    const std::string key = kPrefix + (ready == "False" ? "not-ready" : "unreachable");
    out.insert({key, "NoSchedule"});
    out.insert({key, "NoExecute"});
  }
  const std::pair<const char*, const char*> pressures[] = {
      {"MemoryPressure", "memory-pressure"},
      {"DiskPressure", "disk-pressure"},
      {"PIDPressure", "pid-pressure"},
      {"NetworkUnavailable", "network-unavailable"}};
  for (const auto& [type, key] : pressures)
    if (condition_status(node, type) == "True") out.insert({kPrefix + key, "NoSchedule"});
  if (node.spec().unschedulable()) out.insert({kPrefix + "unschedulable", "NoSchedule"});
  return out;
}

bool tolerates(const core_v1::Toleration& t, const core_v1::Taint& taint) {
  if (!t.effect().empty() && t.effect() != taint.effect()) return false;
  if (!t.key().empty() && t.key() != taint.key()) return false;
  if (t.operator_() == "Exists") return true;
  return (t.operator_().empty() || t.operator_() == "Equal") && t.value() == taint.value();
}

}  // namespace

std::string condition_status(const core_v1::Node& node, std::string_view type) {
  for (const auto& condition : node.status().conditions())
    if (condition.type() == type) return condition.status();
  return "";
}

bool mark_unknown(core_v1::Node& node, SystemTime now) {
  bool changed = false;
  for (const char* type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
    auto& list = *node.mutable_status()->mutable_conditions();
    auto it =
        std::find_if(list.begin(), list.end(), [&](const auto& c) { return c.type() == type; });
    const bool missing = it == list.end();
    if (!missing && it->status() == "Unknown") continue;
    auto& condition = missing ? *list.Add() : *it;
    condition.set_type(type);
    condition.set_status("Unknown");
    condition.set_reason(missing ? "NodeStatusNeverUpdated" : "NodeStatusUnknown");
    condition.set_message(missing ? "Kubelet never posted node status."
                                  : "Kubelet stopped posting node status.");
    if (missing) *condition.mutable_lastheartbeattime() = node.metadata().creationtimestamp();
    set_time(*condition.mutable_lasttransitiontime(), now);
    changed = true;
  }
  return changed;
}

bool apply_taints(core_v1::Node& node, SystemTime now) {
  std::set<TaintId> missing = wanted(node);
  auto& taints = *node.mutable_spec()->mutable_taints();
  bool changed = false;
  for (int i = 0; i < taints.size();) {
    const bool stays = missing.erase({taints[i].key(), taints[i].effect()}) > 0 ||
                       !managed().contains(taints[i].key());
    if (stays) {
      ++i;
      continue;
    }
    taints.DeleteSubrange(i, 1);
    changed = true;
  }
  for (const auto& [key, effect] : missing) {
    auto& taint = *taints.Add();
    taint.set_key(key);
    taint.set_effect(effect);
    set_time(*taint.mutable_timeadded(), now);
    changed = true;
  }
  return changed;
}

bool has_no_execute(const core_v1::Node& node) {
  const auto& taints = node.spec().taints();
  return std::any_of(taints.begin(), taints.end(),
                     [](const auto& taint) { return taint.effect() == "NoExecute"; });
}

bool mark_disrupted(core_v1::Pod& pod, SystemTime now) {
  constexpr const char* kType = "DisruptionTarget";
  auto& conditions = *pod.mutable_status()->mutable_conditions();
  auto found = std::find_if(conditions.begin(), conditions.end(),
                            [](const auto& one) { return one.type() == kType; });
  if (found != conditions.end() && found->status() == "True") return false;
  auto& condition = found == conditions.end() ? *conditions.Add() : *found;
  condition.set_type(kType);
  condition.set_status("True");
  condition.set_reason("DeletionByTaintManager");
  condition.set_message("Taint manager: deleting due to NoExecute taint");
  condition.set_observedgeneration(pod.metadata().generation());
  set_time(*condition.mutable_lasttransitiontime(), now);
  return true;
}

std::optional<SystemTime> eviction_time(const core_v1::Pod& pod, const core_v1::Node& node,
                                        SystemTime now) {
  std::optional<SystemTime> first;
  const auto not_after = [&](SystemTime time) { first = first ? std::min(*first, time) : time; };
  for (const auto& taint : node.spec().taints()) {
    if (taint.effect() != "NoExecute") continue;
    bool tolerated = false;
    for (const auto& t : pod.spec().tolerations()) {
      if (!tolerates(t, taint)) continue;
      tolerated = true;
      // The first toleration that matches counts, whatever follows it.
      if (!t.has_tolerationseconds()) break;
      const SystemTime since = is_zero(taint.timeadded()) ? now : to_time(taint.timeadded());
      not_after(since + std::chrono::seconds(std::max<std::int64_t>(0, t.tolerationseconds())));
      break;
    }
    if (!tolerated) not_after(now);
  }
  return first;
}

}  // namespace kubus::node_lifecycle
