#include "filters.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace kubus::scheduler {
namespace {

std::optional<std::int64_t> number(const std::string& text) {
  const char* begin = text.data() + (text.size() > 1 && text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

bool holds(const core_v1::NodeSelectorRequirement& requirement, const std::string* actual) {
  const auto& values = requirement.values();
  const std::string& op = requirement.operator_();
  const bool listed = actual && std::find(values.begin(), values.end(), *actual) != values.end();
  if (op == "In") return listed;
  if (op == "NotIn") return !listed;
  if (op == "Exists") return actual != nullptr;
  if (op == "DoesNotExist") return actual == nullptr;
  if ((op != "Gt" && op != "Lt") || !actual || values.size() != 1) return false;
  const auto left = number(*actual), right = number(values[0]);
  if (!left || !right) return false;
  return op == "Gt" ? *left > *right : *left < *right;
}

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

bool matches(const core_v1::NodeSelectorTerm& term, const NodeRow& node) {
  if (term.matchexpressions().empty() && term.matchfields().empty()) return false;
  for (const auto& requirement : term.matchexpressions()) {
    const auto it = node.labels.find(requirement.key());
    if (!holds(requirement, it == node.labels.end() ? nullptr : &it->second)) return false;
  }
  for (const auto& requirement : term.matchfields())
    if (requirement.key() != "metadata.name" || !holds(requirement, &node.name)) return false;
  return true;
}

bool selects(const core_v1::Pod& pod, const NodeRow& node) {
  for (const auto& [key, value] : pod.spec().nodeselector()) {
    const auto it = node.labels.find(key);
    if (it == node.labels.end() || it->second != value) return false;
  }
  const auto& affinity = pod.spec().affinity().nodeaffinity();
  if (!affinity.has_requiredduringschedulingignoredduringexecution()) return true;
  const auto& terms = affinity.requiredduringschedulingignoredduringexecution().nodeselectorterms();
  return std::any_of(terms.begin(), terms.end(),
                     [&](const auto& term) { return matches(term, node); });
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
  if (!selects(pod, node)) return {{"node(s) didn't match Pod's node affinity/selector"}};
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
