// Evictions and the disruption budgets they spend from.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "kubus/api_contract.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

constexpr const char* kRefused =
    R"("message":"Cannot evict pod as it would violate the pod's disruption budget.")";

class EvictionTest : public ApiTest {
 protected:
  // A pod that runs, with the label app=<app>.
  static void make_pod(const std::string& name, const std::string& app, bool ready = true,
                       const std::string& phase = "Running") {
    ASSERT_EQ(create("/pods", "default",
                     R"({"metadata":{"name":")" + name + R"(","labels":{"app":")" + app +
                         R"("}},"spec":{"nodeName":"n1","containers":[{"name":"c","image":"i"}]}})")
                  .code,
              201);
    const std::string status = R"({"status":{"phase":")" + phase +
                               R"(","conditions":[{"type":"Ready","status":")" +
                               (ready ? "True" : "False") + R"("}]}})";
    ASSERT_EQ(call("patch", "/pods/status", "default", name, status, {}, kMerge).code, 200);
  }
  // `status` is JSON without the observed generation, which is the present one unless it is given.
  static void make_budget(const std::string& name, const std::string& app,
                          const std::string& status, const std::string& spec = "",
                          int observed = 1) {
    ASSERT_EQ(create("policy/poddisruptionbudgets", "default",
                     R"({"metadata":{"name":")" + name +
                         R"("},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":")" + app +
                         "\"}}" + spec + "}}")
                  .code,
              201);
    const auto reply =
        call("patch", "policy/poddisruptionbudgets/status", "default", name,
             R"({"status":{"observedGeneration":)" + std::to_string(observed) + "," + status + "}}",
             {}, kMerge);
    ASSERT_EQ(reply.code, 200) << reply.body;
  }
  static std::string eviction_of(const std::string& name, const std::string& options = "") {
    return R"({"metadata":{"name":")" + name + "\"}" + options + "}";
  }
  static Reply evict(const std::string& name, const std::string& options = "",
                     const Query& query = {}) {
    return call("create", "/pods/eviction", "default", name, eviction_of(name, options), query);
  }
  static Reply budget(const std::string& name) {
    return get("policy/poddisruptionbudgets", "default", name);
  }
  static bool is_leaving(const std::string& pod) {
    return !get("/pods", "default", pod).at("metadata.deletionTimestamp").empty();
  }
};

TEST_F(EvictionTest, MarksThePodAndDeletesIt) {
  make_pod("free", "free");
  const auto reply = evict("free");
  EXPECT_EQ(reply.code, 201) << reply.body;
  EXPECT_EQ(reply.at("status"), "Success");
  const auto pod = get("/pods", "default", "free");
  EXPECT_NE(pod.at("metadata.deletionTimestamp"), "");
  EXPECT_THAT(pod.body, HasSubstr(R"("type":"DisruptionTarget")"));
  EXPECT_THAT(pod.body, HasSubstr(R"("reason":"EvictionByEvictionAPI")"));
  EXPECT_THAT(pod.body, HasSubstr(R"("message":"Eviction API: evicting")"));
  EXPECT_EQ(evict("none").code, 404);
  const auto other = call("create", "/pods/eviction", "default", "free", eviction_of("other"));
  EXPECT_EQ(other.code, 400);
  EXPECT_EQ(other.at("message"), "name in URL does not match name in Eviction object");
}

TEST_F(EvictionTest, SpendsFromTheBudget) {
  make_budget("spend", "spend", R"("disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1)");
  for (const char* name : {"spend-1", "spend-2"}) make_pod(name, "spend");
  ASSERT_EQ(evict("spend-1").code, 201);
  auto left = budget("spend");
  EXPECT_EQ(left.at("status.disruptionsAllowed"), "0");
  EXPECT_NE(left.at("status.disruptedPods.spend-1"), "");
  EXPECT_THAT(left.body, HasSubstr(R"("reason":"InsufficientPods")"));
  const auto refused = evict("spend-2");
  EXPECT_EQ(refused.code, 429);
  EXPECT_EQ(refused.at("reason"), "TooManyRequests");
  EXPECT_THAT(refused.body, HasSubstr(kRefused));
  EXPECT_THAT(
      refused.body,
      HasSubstr(R"({"reason":"DisruptionBudget","message":"The disruption budget spend needs )"
                R"(1 healthy pods and has 2 currently"})"));
  EXPECT_FALSE(is_leaving("spend-2"));
}

TEST_F(EvictionTest, IsRefusedForWhatTheBudgetSays) {
  const struct {
    const char* name;
    std::string status;
    std::string spec;
    int observed;
    int code;
    const char* message;
  } cases[] = {
      {"behind", R"("disruptionsAllowed":5)", "", 0, 429,
       "The disruption budget behind is still being processed by the server."},
      {"failed",
       R"("disruptionsAllowed":0,"conditions":[{"type":"DisruptionAllowed","status":"False",)"
       R"("reason":"SyncFailed","message":"no scale","lastTransitionTime":"2026-01-01T00:00:00Z"}])",
       "", 1, 429,
       "The disruption budget failed does not allow evicting pods currently because it failed "
       "sync: no scale"},
      {"allowed", R"("disruptionsAllowed":2)", "", 1, 201, "Success"},
  };
  for (const auto& c : cases) {
    const std::string pod = std::string(c.name) + "-pod";
    make_budget(c.name, c.name, c.status, c.spec, c.observed);
    make_pod(pod, c.name);
    const auto reply = evict(pod);
    EXPECT_EQ(reply.code, c.code) << reply.body;
    EXPECT_THAT(reply.body, HasSubstr(c.message));
    EXPECT_EQ(is_leaving(pod), c.code == 201) << c.name;
  }
}

TEST_F(EvictionTest, LetsUnhealthyPodsGoAsTheirPolicySays) {
  const struct {
    const char* name;
    const char* policy;
    const char* status;
    int code;
  } cases[] = {
      {"healthy-budget", "", R"("currentHealthy":2,"desiredHealthy":2)", 201},
      {"short-budget", "", R"("currentHealthy":1,"desiredHealthy":2)", 429},
      {"nothing-desired", "", R"("currentHealthy":0,"desiredHealthy":0)", 429},
      {"if-healthy", "IfHealthyBudget", R"("currentHealthy":1,"desiredHealthy":2)", 429},
      {"always", "AlwaysAllow", R"("currentHealthy":1,"desiredHealthy":2)", 201},
  };
  for (const auto& c : cases) {
    const std::string policy =
        *c.policy ? R"(,"unhealthyPodEvictionPolicy":")" + std::string(c.policy) + "\"" : "";
    make_budget(c.name, c.name, R"("disruptionsAllowed":0,)" + std::string(c.status), policy);
    const std::string pod = std::string(c.name) + "-pod";
    make_pod(pod, c.name, false);
    EXPECT_EQ(evict(pod).code, c.code) << c.name;
    EXPECT_EQ(budget(c.name).at("status.disruptedPods"), "") << c.name;
  }
}

TEST_F(EvictionTest, AsksNoBudgetForPodsThatServeNobody) {
  make_budget("strict", "strict", R"("disruptionsAllowed":0)");
  for (const char* phase : {"Pending", "Succeeded", "Failed"}) {
    const std::string pod = std::string("done-") + static_cast<char>(std::tolower(*phase));
    make_pod(pod, "strict", false, phase);
    EXPECT_EQ(evict(pod).code, 201) << phase;
  }
  make_pod("leaving", "strict");
  ASSERT_EQ(call("delete", "/pods", "default", "leaving").code, 200);
  EXPECT_EQ(evict("leaving").code, 201);
}

TEST_F(EvictionTest, RefusesPodsOfTwoBudgets) {
  for (const char* name : {"two-a", "two-b"}) make_budget(name, "two", R"("disruptionsAllowed":1)");
  make_pod("of-two", "two");
  const auto reply = evict("of-two");
  EXPECT_EQ(reply.code, 500);
  EXPECT_EQ(reply.at("message"),
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does "
            "not support.");
}

TEST_F(EvictionTest, HonoursPreconditionsAndDryRuns) {
  make_budget("careful", "careful", R"("disruptionsAllowed":1)");
  make_pod("careful-1", "careful");
  for (const char* precondition : {R"({"uid":"other"})", R"({"resourceVersion":"1"})"}) {
    // Before a budget is asked the pod is not looked at: what fails here has spent nothing twice.
    make_pod("plain", "plain");
    const auto reply =
        evict("plain", R"(,"deleteOptions":{"preconditions":)" + std::string(precondition) + "}");
    EXPECT_EQ(reply.code, 409) << precondition;
    EXPECT_THAT(reply.body, HasSubstr("in the precondition (")) << precondition;
    EXPECT_FALSE(is_leaving("plain"));
    call("delete", "/pods", "default", "plain", "", {{"gracePeriodSeconds", "0"}});
  }
  EXPECT_EQ(evict("careful-1", R"(,"deleteOptions":{"dryRun":["All"]})").code, 201);
  EXPECT_EQ(evict("careful-1", "", {{"dryRun", "All"}}).code, 201);
  EXPECT_FALSE(is_leaving("careful-1"));
  EXPECT_EQ(budget("careful").at("status.disruptionsAllowed"), "1");
}

TEST_F(EvictionTest, NeverSpendsMoreThanThereIs) {
  constexpr int kPods = 20, kAllowed = 7;
  make_budget("rush", "rush", R"("disruptionsAllowed":7,"currentHealthy":20,"desiredHealthy":13)");
  for (int i = 0; i < kPods; ++i) make_pod("rush-" + std::to_string(i), "rush");
  std::mutex mutex;
  std::condition_variable changed;
  int left = kPods, evicted = 0, refused = 0;
  std::vector<Registration> calls;
  for (int i = 0; i < kPods; ++i) {
    const std::string name = "rush-" + std::to_string(i);
    api::Request request;
    request.set_verb("create");
    request.mutable_resource()->set_version("v1");
    request.mutable_resource()->set_resource("pods");
    request.mutable_resource()->set_subresource("eviction");
    request.mutable_resource()->set_namespace_("default");
    request.mutable_resource()->set_name(name);
    request.set_body(eviction_of(name));
    calls.push_back(rpc::call(tester().context().bus(), api::kDo, request, {},
                              [&](const Result<api::Response>& reply) {
                                std::lock_guard lock(mutex);
                                evicted += reply.ok() && reply->http_code() == 201;
                                refused += reply.ok() && reply->http_code() == 429;
                                --left;
                                changed.notify_all();
                              }));
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return left == 0; }));
  EXPECT_EQ(evicted, kAllowed);
  EXPECT_EQ(refused, kPods - kAllowed);
  int leaving = 0;
  for (int i = 0; i < kPods; ++i) leaving += is_leaving("rush-" + std::to_string(i));
  EXPECT_EQ(leaving, kAllowed);
  EXPECT_EQ(budget("rush").at("status.disruptionsAllowed"), "0");
}

}  // namespace
}  // namespace kubus::apiserver
