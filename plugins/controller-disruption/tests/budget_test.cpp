#include "budget.h"

#include <gtest/gtest.h>
#include <kubus/api/json.h>

namespace kubus::disruption {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const SystemTime kNow = parse_time("2026-01-02T03:04:05Z").value();

PodDisruptionBudget budget_of(const std::string& json) {
  PodDisruptionBudget budget;
  EXPECT_TRUE(from_json(json, budget).ok()) << json;
  return budget;
}

PodPtr pod_of(const std::string& name, const std::string& more = "") {
  auto pod = std::make_shared<core_v1::Pod>();
  EXPECT_TRUE(from_json(R"({"metadata":{"namespace":"n","name":")" + name +
                            R"(","labels":{"app":"web"})" + more + "}",
                        *pod)
                  .ok())
      << more;
  return pod;
}
const char* const kReady = R"(},"status":{"conditions":[{"type":"Ready","status":"True"}]})";

TEST(Budget, CoversPodsByItsSelector) {
  const struct {
    const char* selector;
    bool covers;
  } cases[] = {
      {"null", false},
      {"{}", true},
      {R"({"matchLabels":{"app":"web"}})", true},
      {R"({"matchLabels":{"app":"db"}})", false},
      {R"({"matchExpressions":[{"key":"app","operator":"Exists"}]})", true},
      {R"({"matchExpressions":[{"key":"app","operator":"Unheard"}]})", false},
  };
  for (const auto& c : cases) {
    const auto budget = budget_of(R"({"metadata":{"namespace":"n"},"spec":{"selector":)" +
                                  std::string(c.selector) + "}}");
    EXPECT_EQ(covers(budget, *pod_of("a", "}")), c.covers) << c.selector;
  }
  EXPECT_FALSE(covers(budget_of(R"({"metadata":{"namespace":"m"},"spec":{"selector":{}}})"),
                      *pod_of("a", "}")));
}

TEST(Budget, SaysHowManyMustBeHealthy) {
  const struct {
    const char* spec;
    std::int32_t expected;
    bool counts_wanted;
    std::int32_t desired;
  } cases[] = {
      {R"({"minAvailable":2})", 5, false, 2},      {R"({"minAvailable":7})", 5, false, 7},
      {R"({"minAvailable":"50%"})", 5, true, 3},   {R"({"minAvailable":"100%"})", 5, true, 5},
      {R"({"maxUnavailable":1})", 5, true, 4},     {R"({"maxUnavailable":9})", 5, true, 0},
      {R"({"maxUnavailable":"30%"})", 5, true, 3}, {R"({"maxUnavailable":"0%"})", 5, true, 5},
      {R"({"maxUnavailable":"50%"})", 0, true, 0}, {"{}", 5, false, 0},
  };
  for (const auto& c : cases) {
    const auto budget = budget_of(R"({"spec":)" + std::string(c.spec) + "}");
    EXPECT_EQ(counts_wanted(budget), c.counts_wanted) << c.spec;
    const auto desired = desired_healthy(budget, c.expected);
    ASSERT_TRUE(desired.ok()) << c.spec;
    EXPECT_EQ(*desired, c.desired) << c.spec;
  }
  EXPECT_EQ(desired_healthy(budget_of(R"({"spec":{"maxUnavailable":"many"}})"), 5).code(),
            Code::kInvalid);
}

TEST(Budget, WaitsForEvictedPods) {
  auto budget = budget_of(R"({"status":{"disruptedPods":{"gone":"2026-01-02T03:04:00Z",
      "late":"2026-01-02T03:01:00Z","going":"2026-01-02T03:04:00Z",
      "first":"2026-01-02T03:03:00Z","second":"2026-01-02T03:03:30Z"}}})");
  const Pods pods = {
      pod_of("late", kReady),
      pod_of("first", kReady),
      pod_of("second", kReady),
      pod_of("other", kReady),
      pod_of("unready", "}"),
      pod_of("going", R"(,"deletionTimestamp":"2026-01-02T03:04:01Z")" + std::string(kReady))};
  const Disrupted disrupted = still_disrupted(budget, pods, kNow);
  ASSERT_EQ(disrupted.since.size(), 2u);
  EXPECT_TRUE(disrupted.since.contains("first"));
  EXPECT_TRUE(disrupted.since.contains("second"));
  ASSERT_EQ(disrupted.late.size(), 1u);
  EXPECT_EQ(disrupted.late[0]->metadata().name(), "late");
  EXPECT_EQ(disrupted.recheck, parse_time("2026-01-02T03:05:00Z").value());
  EXPECT_EQ(count_healthy(pods, disrupted), 2);  // late and other
}

TEST(Budget, AllowsWhatIsSpare) {
  const struct {
    Account account;
    std::int32_t allowed;
    const char* reason;
  } cases[] = {
      {{3, 2, 3}, 1, "SufficientPods"},
      {{3, 2, 2}, 0, "InsufficientPods"},
      {{3, 2, 1}, 0, "InsufficientPods"},
      {{0, 0, 3}, 0, "InsufficientPods"},
  };
  for (const auto& c : cases) {
    const auto budget = budget_of(R"({"metadata":{"generation":4}})");
    const auto status = make_status(budget, c.account, {}, kNow);
    EXPECT_EQ(status.disruptionsallowed(), c.allowed);
    EXPECT_EQ(status.observedgeneration(), 4);
    ASSERT_EQ(status.conditions_size(), 1);
    EXPECT_EQ(status.conditions(0).reason(), c.reason);
    EXPECT_EQ(status.conditions(0).status(), c.allowed > 0 ? "True" : "False");
    EXPECT_EQ(status.conditions(0).observedgeneration(), 4);
  }
}

TEST(Budget, KeepsTheTimeOfAConditionThatStands) {
  auto budget = budget_of("{}");
  *budget.mutable_status() = make_status(budget, {3, 2, 3}, {}, kNow);
  const auto same = make_status(budget, {4, 2, 4}, {}, kNow + minutes(1));
  EXPECT_EQ(to_time(same.conditions(0).lasttransitiontime()), kNow);
  const auto other = make_status(budget, {4, 4, 4}, {}, kNow + minutes(1));
  EXPECT_EQ(to_time(other.conditions(0).lasttransitiontime()), kNow + minutes(1));
}

TEST(Budget, AllowsNothingWhenItCannotBeReckonedUp) {
  auto budget = budget_of("{}");
  *budget.mutable_status() = make_status(budget, {3, 2, 3}, {}, kNow);
  const auto status = failed_status(budget, "no scale", kNow + minutes(1));
  EXPECT_EQ(status.disruptionsallowed(), 0);
  EXPECT_EQ(status.currenthealthy(), 3);
  EXPECT_EQ(status.conditions(0).status(), "False");
  EXPECT_EQ(status.conditions(0).reason(), "SyncFailed");
  EXPECT_EQ(status.conditions(0).message(), "no scale");
}

TEST(Target, EndsWhenNothingCameOfIt) {
  const auto with = [](const std::string& condition, const std::string& before = "") {
    return pod_of("a", before + R"(},"status":{"conditions":[{"type":"DisruptionTarget",)" +
                           condition + R"(,"lastTransitionTime":"2026-01-02T03:04:05Z"}]})");
  };
  const auto stale = with(R"("status":"True","reason":"EvictionByEvictionAPI")");
  EXPECT_EQ(target_ends(*stale), kNow + kPatience);
  EXPECT_EQ(target_ends(*with(R"("status":"False")")), std::nullopt);
  EXPECT_EQ(target_ends(*with(R"("status":"True","reason":"TerminationByKubelet")")), std::nullopt);
  EXPECT_EQ(
      target_ends(*with(R"("status":"True")", R"(,"deletionTimestamp":"2026-01-02T03:04:05Z")")),
      std::nullopt);
  EXPECT_EQ(target_ends(*pod_of("b", "}")), std::nullopt);
  core_v1::Pod ended = *stale;
  end_target(ended, kNow + seconds(121));
  EXPECT_EQ(ended.status().conditions(0).status(), "False");
  EXPECT_EQ(ended.status().conditions(0).reason(), "");
  EXPECT_EQ(target_ends(ended), std::nullopt);
}

TEST(Selector, IsPrintedAsTheReferenceDoes) {
  const auto budget = budget_of(R"({"spec":{"selector":{"matchLabels":{"b":"2","a":"1"},
      "matchExpressions":[{"key":"c","operator":"In","values":["x","y"]}]}}})");
  EXPECT_EQ(selector_text(budget.spec().selector()),
            "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:"
            "[]LabelSelectorRequirement{LabelSelectorRequirement{Key:c,Operator:In,Values:[x y],},"
            "},}");
}

}  // namespace
}  // namespace kubus::disruption
