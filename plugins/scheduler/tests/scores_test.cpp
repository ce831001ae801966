#include "scores.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

namespace kubus::scheduler {
namespace {

NodeRow row_with(std::int64_t cpu_used, std::int64_t memory_used) {
  NodeRow row;
  row.present = true;
  row.allocatable.cpu = row.allocatable.memory = 1000;
  row.requested.cpu = row.padded.cpu = cpu_used;
  row.requested.memory = row.padded.memory = memory_used;
  return row;
}

PodUse small_pod() {
  PodUse use;
  use.requested.cpu = use.requested.memory = 100;
  use.padded = use.requested;
  return use;
}

TEST(Scores, LeastAllocatedAndBalanced) {
  struct Case {
    std::int64_t cpu, memory, least, balanced;
  };
  const Case cases[] = {
      {0, 0, 90, 100}, {400, 400, 50, 100}, {400, 900, 25, 75}, {2000, 0, 45, 55}};
  for (const Case& c : cases) {
    EXPECT_EQ(least_allocated(small_pod(), row_with(c.cpu, c.memory)), c.least) << c.cpu;
    EXPECT_EQ(balanced_allocation(small_pod(), row_with(c.cpu, c.memory)), c.balanced) << c.cpu;
  }
}

TEST(Scores, TiesAreKeptAndUnwantedTaintsLose) {
  core_v1::Pod pod;
  std::vector<NodeRow> rows = {row_with(0, 0), row_with(0, 0), row_with(500, 500)};
  EXPECT_EQ(best(pod, small_pod(), rows, {0, 1, 2}), (std::vector<std::size_t>{0, 1}));
  rows[0].taints = {{"k", "", "PreferNoSchedule"}};
  EXPECT_EQ(best(pod, small_pod(), rows, {0, 1, 2}), (std::vector<std::size_t>{1}));
  auto& term = *pod.mutable_spec()
                    ->mutable_affinity()
                    ->mutable_nodeaffinity()
                    ->add_preferredduringschedulingignoredduringexecution();
  term.set_weight(10);
  auto& requirement = *term.mutable_preference()->add_matchexpressions();
  requirement.set_key("fast");
  requirement.set_operator_("Exists");
  rows[2].labels["fast"] = "";
  EXPECT_EQ(best(pod, small_pod(), rows, {0, 1, 2}), (std::vector<std::size_t>{2}));
}

}  // namespace
}  // namespace kubus::scheduler
