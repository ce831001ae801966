#include "kubus/disruption.h"

#include <gtest/gtest.h>
#include <k8s/policy/v1/pod_disruption_budget.pb.h>

namespace kubus {
namespace {

const SystemTime kNow = parse_time("2026-01-02T03:04:05Z").value();

TEST(Disruption, ConditionFollowsWhatIsAllowed) {
  const struct {
    int allowed;
    const char* status;
    const char* reason;
    bool changed;
  } steps[] = {
      {1, "True", "SufficientPods", true},
      {4, "True", "SufficientPods", false},
      {0, "False", "InsufficientPods", true},
      {0, "False", "InsufficientPods", false},
  };
  k8s::io::api::policy::v1::PodDisruptionBudgetStatus status;
  SystemTime now = kNow, changed;
  for (const auto& step : steps) {
    now += std::chrono::minutes(1);
    if (step.changed) changed = now;
    status.set_disruptionsallowed(step.allowed);
    note_disruptions_allowed(status, now);
    ASSERT_EQ(status.conditions_size(), 1);
    EXPECT_EQ(status.conditions(0).type(), kDisruptionAllowed);
    EXPECT_EQ(status.conditions(0).status(), step.status);
    EXPECT_EQ(status.conditions(0).reason(), step.reason);
    EXPECT_EQ(status.conditions(0).message(), "");
    EXPECT_EQ(to_time(status.conditions(0).lasttransitiontime()), changed);
  }
}

TEST(Disruption, ConditionLeavesOthersAlone) {
  k8s::io::api::policy::v1::PodDisruptionBudgetStatus status;
  status.add_conditions()->set_type("Other");
  status.set_observedgeneration(3);
  set_disruption_condition(status, {false, kSyncFailed, "why"}, kNow);
  ASSERT_EQ(status.conditions_size(), 2);
  EXPECT_EQ(status.conditions(0).type(), "Other");
  EXPECT_EQ(status.conditions(1).reason(), "SyncFailed");
  EXPECT_EQ(status.conditions(1).message(), "why");
  EXPECT_EQ(status.conditions(1).observedgeneration(), 3);
}

}  // namespace
}  // namespace kubus
