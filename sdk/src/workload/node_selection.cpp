#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "kubus/placement.h"

namespace kubus {
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

}  // namespace

bool matches(const core_v1::NodeSelectorTerm& term, const NodeIdentityRef& node) {
  if (term.matchexpressions().empty() && term.matchfields().empty()) return false;
  for (const auto& requirement : term.matchexpressions()) {
    const auto it = node.labels.find(requirement.key());
    if (!holds(requirement, it == node.labels.end() ? nullptr : &it->second)) return false;
  }
  for (const auto& requirement : term.matchfields())
    if (requirement.key() != "metadata.name" || !holds(requirement, &node.name)) return false;
  return true;
}

bool selects_node(const core_v1::Pod& pod, const NodeIdentityRef& node) {
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

}  // namespace kubus
