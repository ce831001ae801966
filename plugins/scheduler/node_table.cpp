#include "node_table.h"

#include <k8s/core/v1/node.pb.h>

#include <utility>

#include "kubus/api/quantity.h"

namespace kubus::scheduler {

NodeRow& NodeTable::row(const std::string& name) {
  const auto [it, added] = index_.try_emplace(name, rows_.size());
  if (added) rows_.emplace_back().name = name;
  return rows_[it->second];
}

void NodeTable::drop_if_unused(const std::string& name) {
  const auto it = index_.find(name);
  if (it == index_.end()) return;
  const std::size_t at = it->second;
  if (rows_[at].present || !rows_[at].pods.empty()) return;
  index_.erase(it);
  if (at + 1 != rows_.size()) {
    rows_[at] = std::move(rows_.back());
    index_[rows_[at].name] = at;
  }
  rows_.pop_back();
}

bool NodeTable::put_node(const core_v1::Node& node) {
  NodeRow& to = row(node.metadata().name());
  const auto& fields = node.metadata().labels();
  std::map<std::string, std::string> labels(fields.begin(), fields.end());
  std::vector<NodeTaint> taints;
  for (const auto& taint : node.spec().taints())
    taints.push_back({taint.key(), taint.value(), taint.effect()});
  Resources allocatable;
  std::int64_t max_pods = 0;
  for (const auto& [name, amount] : node.status().allocatable()) {
    allocatable.set(name, amount);
    if (name == "pods") max_pods = QuantityValue::of(amount).value();
  }
  const bool changed = !to.present || to.unschedulable != node.spec().unschedulable() ||
                       to.labels != labels || to.taints != taints ||
                       to.allocatable != allocatable || to.max_pods != max_pods;
  if (!to.present) ++present_;
  to.present = true;
  to.unschedulable = node.spec().unschedulable();
  to.labels = std::move(labels);
  to.taints = std::move(taints);
  to.allocatable = std::move(allocatable);
  to.max_pods = max_pods;
  return changed;
}

void NodeTable::remove_node(const std::string& name) {
  const auto it = index_.find(name);
  if (it == index_.end() || !rows_[it->second].present) return;
  rows_[it->second].present = false;
  --present_;
  drop_if_unused(name);
}

void NodeTable::put_pod(const std::string& uid, const std::string& node, const PodUse& use) {
  remove_pod(uid);
  NodeRow& to = row(node);
  to.requested += use.requested;
  to.padded += use.padded;
  to.pods.emplace(uid, use);
  node_of_pod_[uid] = node;
}

bool NodeTable::remove_pod(const std::string& uid) {
  const auto it = node_of_pod_.find(uid);
  if (it == node_of_pod_.end()) return false;
  const std::string node = std::move(it->second);
  node_of_pod_.erase(it);
  NodeRow& from = row(node);
  const auto pod = from.pods.find(uid);
  from.requested -= pod->second.requested;
  from.padded -= pod->second.padded;
  from.pods.erase(pod);
  drop_if_unused(node);
  return true;
}

}  // namespace kubus::scheduler
