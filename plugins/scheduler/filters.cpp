#include "filters.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>

namespace kubus::scheduler {
namespace {

bool covers(const core_v1::Toleration& toleration, const NodeTaint& taint) {
  if (!toleration.effect().empty() && toleration.effect() != taint.effect) return false;
  if (!toleration.key().empty() && toleration.key() != taint.key) return false;
  const std::string& op = toleration.operator_();
  if (op == "Exists") return true;
  if (toleration.key().empty()) return false;
  return (op.empty() || op == "Equal") && toleration.value() == taint.value;
}

bool keeps_out(const NodeTaint& taint) {
  return taint.effect == "NoSchedule" || taint.effect == "NoExecute";
}

bool ports_free(const PodUse& use, const NodeRow& node) {
  if (use.ports.empty()) return true;
  for (const auto& [uid, other] : node.pods)
    for (const HostPort& taken : other.ports)
      for (const HostPort& wanted : use.ports)
        if (wanted.conflicts(taken)) return false;
  return true;
}

}  // namespace

bool tolerates(const core_v1::Pod& pod, const NodeTaint& taint) {
  const auto& all = pod.spec().tolerations();
  return std::any_of(all.begin(), all.end(), [&](const auto& t) { return covers(t, taint); });
}

Verdict fits(const PodUse& use, const NodeRow& node) {
  Verdict out;
  bool possible_when_empty = true;
  if (static_cast<std::int64_t>(node.pods.size()) + 1 > node.max_pods)
    out.reasons.push_back("Too many pods");
  auto check = [&](const std::string& name, std::int64_t wanted, std::int64_t has,
                   std::int64_t taken) {
    if (wanted <= 0 || wanted <= has - taken) return;
    out.reasons.push_back("Insufficient " + name);
    if (wanted > has) possible_when_empty = false;
  };
  auto amount = [](const Resources& of, const std::string& name) {
    const auto it = of.extended.find(name);
    return it == of.extended.end() ? 0 : it->second;
  };
  const Resources& want = use.requested;
  check("cpu", want.cpu, node.allocatable.cpu, node.requested.cpu);
  check("memory", want.memory, node.allocatable.memory, node.requested.memory);
  check("ephemeral-storage", want.storage, node.allocatable.storage, node.requested.storage);
  for (const auto& [name, wanted] : want.extended)
    check(name, wanted, amount(node.allocatable, name), amount(node.requested, name));
  out.pods_in_the_way = !out.ok() && possible_when_empty;
  return out;
}

Verdict filter(const core_v1::Pod& pod, const PodUse& use, const NodeRow& node) {
  if (node.unschedulable && !tolerates(pod, {"node.kubernetes.io/unschedulable", "", "NoSchedule"}))
    return {{"node(s) were unschedulable"}};
  for (const NodeTaint& taint : node.taints)
    if (keeps_out(taint) && !tolerates(pod, taint)) return {{"node(s) had untolerated taint(s)"}};
  if (!selects_node(pod, {node.name, node.labels}))
    return {{"node(s) didn't match Pod's node affinity/selector"}};
  if (!ports_free(use, node))
    return {{"node(s) didn't have free ports for the requested pod ports"}, true};
  return fits(use, node);
}

std::string unsupported(const core_v1::Pod& pod) {
  const auto& affinity = pod.spec().affinity();
  if (!affinity.podaffinity().requiredduringschedulingignoredduringexecution().empty())
    return "required pod affinity";
  if (!affinity.podantiaffinity().requiredduringschedulingignoredduringexecution().empty())
    return "required pod anti-affinity";
  for (const auto& constraint : pod.spec().topologyspreadconstraints())
    if (constraint.whenunsatisfiable() == "DoNotSchedule")
      return "topology spread constraints with DoNotSchedule";
  if (!pod.spec().resourceclaims().empty()) return "resource claims";
  return {};
}

}  // namespace kubus::scheduler
