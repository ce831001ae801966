#include "decision.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <map>

#include "filters.h"
#include "queue.h"
#include "scores.h"

namespace kubus::scheduler {
namespace {

using Counts = std::map<std::string, int>;

std::string summary(const Counts& reasons, std::size_t nodes) {
  std::vector<std::string> parts;
  for (const auto& [reason, count] : reasons) parts.push_back(std::to_string(count) + " " + reason);
  std::sort(parts.begin(), parts.end());
  std::string out = "0/" + std::to_string(nodes) + " nodes are available: ";
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : ", ") + parts[i];
  return out + ".";
}

std::string preemption_reason(const Verdict& verdict, const PodUse& use, const NodeRow& node) {
  if (!verdict.pods_in_the_way) return "Preemption is not helpful for scheduling";
  const bool lower = std::any_of(node.pods.begin(), node.pods.end(), [&](const auto& other) {
    return other.second.priority < use.priority;
  });
  return lower ? "Preemption is not supported" : "No preemption victims found for incoming pod";
}

}  // namespace

Decision decide(const core_v1::Pod& pod, const PodUse& use, const NodeTable& table) {
  Decision out;
  if (const std::string what = unsupported(pod); !what.empty()) {
    out.message = "this scheduler does not support " + what + " yet; the pod is not placed.";
    return out;
  }
  out.helpers = kNodeChange;
  if (table.size() == 0) {
    out.message = "no nodes available to schedule pods";
    return out;
  }
  Counts reasons, preemption;
  std::vector<std::size_t> candidates;
  for (std::size_t at = 0; at < table.rows().size(); ++at) {
    const NodeRow& node = table.rows()[at];
    if (!node.present) continue;
    const Verdict verdict = filter(pod, use, node);
    if (verdict.ok()) {
      candidates.push_back(at);
      continue;
    }
    for (const std::string& reason : verdict.reasons) ++reasons[reason];
    ++preemption[preemption_reason(verdict, use, node)];
    if (verdict.pods_in_the_way) out.helpers |= kFewerPods;
  }
  if (candidates.empty()) {
    // The reference says first that taking back claims of devices, which this pod has none of,
    // would not help.
    out.message = summary(reasons, table.size()) + " no new claims to deallocate, preemption: ";
    out.message += pod.spec().preemptionpolicy() == "Never"
                       ? "not eligible due to preemptionPolicy=Never."
                       : summary(preemption, table.size());
    return out;
  }
  for (std::size_t at : best(pod, use, table.rows(), candidates))
    out.nodes.push_back(table.rows()[at].name);
  return out;
}

}  // namespace kubus::scheduler
