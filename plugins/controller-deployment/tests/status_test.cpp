#include "status.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace kubus::deployment {
namespace {

using test::make_deployment;
using test::make_shared_set;

const SystemTime kStart{std::chrono::seconds(1000000)};

std::string reason_of(const DeploymentStatus& status, std::string_view type) {
  const DeploymentCondition* condition = find_condition(status, type);
  return condition ? condition->status() + " " + condition->reason() : "none";
}

TEST(Status, CountsAndAvailability) {
  struct Case {
    int old_available, new_available;
    const char* available;
    int unavailable;
  };
  for (const Case& c : {Case{8, 0, "True MinimumReplicasAvailable", 5},
                        Case{5, 2, "False MinimumReplicasUnavailable", 6},
                        Case{8, 5, "True MinimumReplicasAvailable", 0}}) {
    const Sets sets{{make_shared_set("old", 8, c.old_available)},
                    make_shared_set("new", 5, c.new_available)};
    const auto status = count_status(make_deployment(10), sets, kStart);
    EXPECT_EQ(status.replicas(), 13);
    EXPECT_EQ(status.updatedreplicas(), 5);
    EXPECT_EQ(status.unavailablereplicas(), c.unavailable);
    EXPECT_EQ(status.observedgeneration(), 1);
    EXPECT_FALSE(status.has_terminatingreplicas());
    EXPECT_EQ(reason_of(status, "Available"), c.available);
  }
}

TEST(Status, ProgressGoesFromUpdatedToAvailable) {
  Deployment deployment = make_deployment(2);
  const Sets half{{}, make_shared_set("new", 2, 1)};
  *deployment.mutable_status() = rollout_status(deployment, half, kStart);
  EXPECT_EQ(reason_of(deployment.status(), kProgressing), "True ReplicaSetUpdated");
  const Sets whole{{}, make_shared_set("new", 2, 2)};
  *deployment.mutable_status() = rollout_status(deployment, whole, kStart);
  EXPECT_EQ(reason_of(deployment.status(), kProgressing), "True NewReplicaSetAvailable");
  EXPECT_EQ(find_condition(deployment.status(), kProgressing)->message(),
            "ReplicaSet \"new\" has successfully progressed.");
  EXPECT_FALSE(deadline_wait(deployment, deployment.status(), kStart));
}

TEST(Status, RolloutWithoutProgressMeetsItsDeadline) {
  Deployment deployment = make_deployment(2);
  const Sets half{{}, make_shared_set("new", 2, 1)};
  *deployment.mutable_status() = rollout_status(deployment, half, kStart);
  const auto wait = deadline_wait(deployment, deployment.status(), kStart);
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, std::chrono::seconds(601));
  auto early = rollout_status(deployment, half, kStart + std::chrono::seconds(600));
  EXPECT_EQ(reason_of(early, kProgressing), "True ReplicaSetUpdated");
  auto late = rollout_status(deployment, half, kStart + *wait);
  EXPECT_EQ(reason_of(late, kProgressing), "False ProgressDeadlineExceeded");
}

TEST(Status, PauseAndResumeAreNotedOnce) {
  Deployment deployment = make_deployment(2);
  DeploymentStatus status;
  EXPECT_FALSE(note_pause(deployment, kStart, status));
  deployment.mutable_spec()->set_paused(true);
  EXPECT_TRUE(note_pause(deployment, kStart, status));
  EXPECT_EQ(reason_of(status, kProgressing), "Unknown DeploymentPaused");
  EXPECT_FALSE(note_pause(deployment, kStart, status));
  deployment.mutable_spec()->set_paused(false);
  EXPECT_TRUE(note_pause(deployment, kStart, status));
  EXPECT_EQ(reason_of(status, kProgressing), "Unknown DeploymentResumed");
}

TEST(Status, FailuresOfReplicaSetsShowAndGo) {
  Deployment deployment = make_deployment(2);
  ReplicaSet set = test::make_replica_set("new", 2, 0);
  auto& condition = *set.mutable_status()->add_conditions();
  condition.set_type("ReplicaFailure");
  condition.set_status("True");
  condition.set_reason("FailedCreate");
  *deployment.mutable_status() = rollout_status(deployment, Sets{{}, test::shared(set)}, kStart);
  EXPECT_EQ(reason_of(deployment.status(), "ReplicaFailure"), "True FailedCreate");
  const auto status = rollout_status(deployment, Sets{{}, make_shared_set("new", 2, 0)}, kStart);
  EXPECT_EQ(reason_of(status, "ReplicaFailure"), "none");
}

}  // namespace
}  // namespace kubus::deployment
