#include "filters.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

namespace kubus::scheduler {
namespace {

using Reasons = std::vector<std::string>;

NodeRow node_row() {
  NodeRow row;
  row.name = "n1";
  row.present = true;
  row.labels = {{"zone", "a"}, {"cores", "8"}};
  row.allocatable.cpu = 1000;
  row.allocatable.memory = 1000;
  row.max_pods = 2;
  return row;
}

TEST(Filters, NodeAffinityOperators) {
  struct Case {
    std::string key, op;
    Reasons values;
    bool matches;
  };
  const Case cases[] = {
      {"zone", "In", {"a", "b"}, true},    {"zone", "In", {"b"}, false},
      {"none", "In", {"a"}, false},        {"zone", "NotIn", {"a"}, false},
      {"none", "NotIn", {"a"}, true},      {"zone", "Exists", {}, true},
      {"none", "Exists", {}, false},       {"none", "DoesNotExist", {}, true},
      {"zone", "DoesNotExist", {}, false}, {"cores", "Gt", {"7"}, true},
      {"cores", "Gt", {"8"}, false},       {"cores", "Lt", {"9"}, true},
      {"zone", "Lt", {"9"}, false},        {"none", "Gt", {"1"}, false},
  };
  const NodeRow node = node_row();
  for (const Case& c : cases) {
    core_v1::NodeSelectorTerm term;
    auto& requirement = *term.add_matchexpressions();
    requirement.set_key(c.key);
    requirement.set_operator_(c.op);
    for (const auto& value : c.values) requirement.add_values(value);
    EXPECT_EQ(matches(term, {node.name, node.labels}), c.matches) << c.key << " " << c.op;
  }
}

TEST(Filters, FieldsOfTheNodeAndEmptyTerms) {
  const NodeRow node = node_row();
  core_v1::NodeSelectorTerm term;
  EXPECT_FALSE(matches(term, {node.name, node.labels}));
  auto& requirement = *term.add_matchfields();
  requirement.set_key("metadata.name");
  requirement.set_operator_("In");
  requirement.add_values("n1");
  EXPECT_TRUE(matches(term, {node.name, node.labels}));
  requirement.set_values(0, "n2");
  EXPECT_FALSE(matches(term, {node.name, node.labels}));
}

TEST(Filters, Tolerations) {
  struct Case {
    std::string key, op, value, effect;
    bool tolerated;
  };
  const Case cases[] = {
      {"", "Exists", "", "", true},       {"k", "Exists", "", "", true},
      {"k", "Equal", "v", "", true},      {"k", "", "v", "NoSchedule", true},
      {"k", "Equal", "w", "", false},     {"k", "Exists", "", "NoExecute", false},
      {"other", "Exists", "", "", false}, {"", "Equal", "v", "", false},
  };
  for (const Case& c : cases) {
    core_v1::Pod pod;
    auto& toleration = *pod.mutable_spec()->add_tolerations();
    toleration.set_key(c.key);
    toleration.set_operator_(c.op);
    toleration.set_value(c.value);
    toleration.set_effect(c.effect);
    EXPECT_EQ(tolerates(pod, {"k", "v", "NoSchedule"}), c.tolerated) << c.key << " " << c.op;
  }
}

TEST(Filters, ReasonsInTheWordsOfTheReference) {
  core_v1::Pod pod;
  PodUse use;
  EXPECT_TRUE(filter(pod, use, node_row()).ok());

  NodeRow row = node_row();
  row.unschedulable = true;
  EXPECT_EQ(filter(pod, use, row).reasons, Reasons{"node(s) were unschedulable"});
  row = node_row();
  row.taints = {{"k", "v", "NoExecute"}};
  EXPECT_EQ(filter(pod, use, row).reasons, Reasons{"node(s) had untolerated taint(s)"});
  row.taints = {{"k", "v", "PreferNoSchedule"}};
  EXPECT_TRUE(filter(pod, use, row).ok());

  row = node_row();
  use.ports = {{80, "TCP", "0.0.0.0"}};
  row.pods["x"] = use;
  EXPECT_EQ(filter(pod, use, row).reasons,
            Reasons{"node(s) didn't have free ports for the requested pod ports"});
  (*pod.mutable_spec()->mutable_nodeselector())["zone"] = "b";
  EXPECT_EQ(filter(pod, use, row).reasons,
            Reasons{"node(s) didn't match Pod's node affinity/selector"});
}

TEST(Filters, ResourcesFit) {
  PodUse use;
  use.requested.cpu = 600;
  use.requested.extended["example.com/gpu"] = 1;
  NodeRow row = node_row();
  row.requested.cpu = 500;
  Verdict verdict = fits(use, row);
  EXPECT_EQ(verdict.reasons, (Reasons{"Insufficient cpu", "Insufficient example.com/gpu"}));
  EXPECT_FALSE(verdict.pods_in_the_way);
  row.allocatable.extended["example.com/gpu"] = 1;
  verdict = fits(use, row);
  EXPECT_EQ(verdict.reasons, Reasons{"Insufficient cpu"});
  EXPECT_TRUE(verdict.pods_in_the_way);
  row.requested.cpu = 400;
  EXPECT_TRUE(fits(use, row).ok());
  row.max_pods = 0;
  EXPECT_EQ(fits(use, row).reasons, Reasons{"Too many pods"});
}

}  // namespace
}  // namespace kubus::scheduler
