#include "decision.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/quantity.h"
#include "queue.h"

namespace kubus::scheduler {
namespace {

core_v1::Node node(const std::string& name) {
  core_v1::Node out;
  out.mutable_metadata()->set_name(name);
  auto& allocatable = *out.mutable_status()->mutable_allocatable();
  QuantityValue::parse("1")->store(allocatable["cpu"]);
  QuantityValue::parse("110")->store(allocatable["pods"]);
  return out;
}

PodUse cpu(std::int64_t milli) {
  PodUse use;
  use.requested.cpu = milli;
  return use;
}

TEST(Decision, SaysWhyThereIsNoNode) {
  NodeTable table;
  const core_v1::Pod pod;
  EXPECT_EQ(decide(pod, cpu(600), table).message, "no nodes available to schedule pods");
  EXPECT_TRUE(table.put_node(node("n1")));
  EXPECT_FALSE(table.put_node(node("n1")));
  EXPECT_EQ(decide(pod, cpu(600), table).nodes, std::vector<std::string>{"n1"});
  table.put_pod("u1", "n1", cpu(600));
  const Decision full = decide(pod, cpu(600), table);
  EXPECT_EQ(full.message,
            "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
            "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.");
  EXPECT_EQ(full.helpers, unsigned{kNodeChange} | kFewerPods);
  EXPECT_EQ(decide(pod, cpu(2000), table).message,
            "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
            "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
  EXPECT_TRUE(table.remove_pod("u1"));
  EXPECT_FALSE(table.remove_pod("u1"));
  EXPECT_FALSE(decide(pod, cpu(600), table).nodes.empty());
}

TEST(Decision, LeavesPodsItCannotServePending) {
  NodeTable table;
  table.put_node(node("n1"));
  core_v1::Pod pod;
  pod.mutable_spec()->add_topologyspreadconstraints()->set_whenunsatisfiable("DoNotSchedule");
  EXPECT_TRUE(decide(pod, cpu(1), table).nodes.empty());
  EXPECT_EQ(decide(pod, cpu(1), table).helpers, 0u);
}

TEST(Decision, PodsMayBeSeenBeforeTheirNode) {
  NodeTable table;
  table.put_pod("u1", "n1", cpu(600));
  EXPECT_EQ(table.size(), 0u);
  table.put_node(node("n1"));
  EXPECT_TRUE(decide({}, cpu(600), table).nodes.empty());
  table.remove_node("n1");
  EXPECT_TRUE(table.remove_pod("u1"));
  EXPECT_TRUE(table.rows().empty());
}

}  // namespace
}  // namespace kubus::scheduler
