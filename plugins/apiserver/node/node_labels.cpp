#include <google/protobuf/message.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <array>
#include <set>

#include "node/node_restriction.h"

namespace kubus::apiserver::node {
namespace {

constexpr std::array<std::string_view, 12> kOwnLabels = {
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "node.kubernetes.io/windows-build",
};

bool is_in(std::string_view domain, std::string_view parent) {
  return domain == parent ||
         (domain.ends_with(parent) && domain[domain.size() - parent.size() - 1] == '.');
}

bool is_forbidden(std::string_view label) {
  const auto slash = label.find('/');
  if (slash == std::string_view::npos) return false;
  const auto domain = label.substr(0, slash);
  if (is_in(domain, "node-restriction.kubernetes.io")) return true;
  if (!is_in(domain, "kubernetes.io") && !is_in(domain, "k8s.io")) return false;
  return !is_in(domain, "kubelet.kubernetes.io") && !is_in(domain, "node.kubernetes.io") &&
         std::find(kOwnLabels.begin(), kOwnLabels.end(), label) == kOwnLabels.end();
}

}  // namespace

std::string forbidden_labels(const Message& node, const Message* old) {
  static const meta_v1::ObjectMeta kNone;
  const auto& labels = metadata_of(node)->labels();
  const auto& before = (old ? *metadata_of(*old) : kNone).labels();
  std::set<std::string> forbidden;
  const auto look = [&](const auto& these, const auto& those) {
    for (const auto& [label, value] : these) {
      const auto other = those.find(label);
      if ((other == those.end() || other->second != value) && is_forbidden(label))
        forbidden.insert(label);
    }
  };
  look(labels, before);
  look(before, labels);
  std::string text;
  for (const auto& label : forbidden) text += (text.empty() ? "" : ", ") + label;
  return text;
}

}  // namespace kubus::apiserver::node
