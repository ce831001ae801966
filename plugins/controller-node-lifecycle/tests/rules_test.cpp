#include "rules.h"

#include <gtest/gtest.h>

namespace kubus::node_lifecycle {
namespace {

const SystemTime kNow{std::chrono::seconds(1000000)};

core_v1::Node node(const char* ready) {
  core_v1::Node out;
  auto& condition = *out.mutable_status()->add_conditions();
  condition.set_type("Ready");
  condition.set_status(ready);
  return out;
}

std::string taints(const core_v1::Node& node) {
  std::string out;
  for (const auto& taint : node.spec().taints()) out += taint.key() + ":" + taint.effect() + " ";
  return out;
}

TEST(Taints, FollowTheReadyCondition) {
  const std::pair<const char*, const char*> cases[] = {
      {"True", ""},
      {"False", "node.kubernetes.io/not-ready:NoExecute node.kubernetes.io/not-ready:NoSchedule "},
      {"Unknown",
       "node.kubernetes.io/unreachable:NoExecute node.kubernetes.io/unreachable:NoSchedule "}};
  for (const auto& [ready, expected] : cases) {
    core_v1::Node n = node(ready);
    EXPECT_EQ(apply_taints(n, kNow), *expected != 0);
    EXPECT_EQ(taints(n), expected);
    EXPECT_FALSE(apply_taints(n, kNow)) << "settled";
  }
}

TEST(Taints, AreLostByAReadyNodeButForeignOnesStay) {
  core_v1::Node n = node("Unknown");
  n.mutable_spec()->add_taints()->set_key("mine");
  ASSERT_TRUE(apply_taints(n, kNow));
  n.mutable_status()->mutable_conditions(0)->set_status("True");
  EXPECT_TRUE(apply_taints(n, kNow));
  EXPECT_EQ(taints(n), "mine: ");
}

TEST(Conditions, OfASilentNodeBecomeUnknownOnce) {
  core_v1::Node n = node("True");
  EXPECT_TRUE(mark_unknown(n, kNow));
  EXPECT_EQ(condition_status(n, "Ready"), "Unknown");
  EXPECT_EQ(n.status().conditions(0).reason(), "NodeStatusUnknown");
  EXPECT_EQ(condition_status(n, "PIDPressure"), "Unknown");
  EXPECT_FALSE(mark_unknown(n, kNow));
}

TEST(Eviction, FollowsTolerations) {
  core_v1::Node n = node("Unknown");
  ASSERT_TRUE(apply_taints(n, kNow));
  core_v1::Pod pod;
  EXPECT_EQ(eviction_time(pod, n, kNow), kNow);
  auto& toleration = *pod.mutable_spec()->add_tolerations();
  toleration.set_operator_("Exists");
  EXPECT_EQ(eviction_time(pod, n, kNow), std::nullopt);
  toleration.set_tolerationseconds(300);
  EXPECT_EQ(eviction_time(pod, n, kNow), kNow + std::chrono::seconds(300));
}

TEST(Eviction, IsToldInTheConditionsOnce) {
  core_v1::Pod pod;
  pod.mutable_metadata()->set_generation(3);
  pod.mutable_status()->add_conditions()->set_type("Ready");
  ASSERT_TRUE(mark_disrupted(pod, kNow));
  ASSERT_EQ(pod.status().conditions_size(), 2);
  EXPECT_EQ(pod.status().conditions(1).type(), "DisruptionTarget");
  EXPECT_EQ(pod.status().conditions(1).reason(), "DeletionByTaintManager");
  EXPECT_EQ(pod.status().conditions(1).observedgeneration(), 3);
  EXPECT_FALSE(mark_disrupted(pod, kNow));
}

}  // namespace
}  // namespace kubus::node_lifecycle
