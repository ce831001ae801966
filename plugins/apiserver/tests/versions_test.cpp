// Resources in a version other than the one they are stored in.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "kubus/api_contract.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kV1 = "autoscaling@v1/horizontalpodautoscalers";
constexpr const char* kV2 = "autoscaling@v2/horizontalpodautoscalers";
constexpr const char* kMemory =
    R"("metrics":[{"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue",)"
    R"("averageValue":"1Gi"}}}])";

class VersionsTest : public ApiTest {
 protected:
  static std::string scaler(const std::string& name, const std::string& spec) {
    return R"({"metadata":{"name":")" + name +
           R"("},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},)"
           R"("maxReplicas":3,)" +
           spec + "}}";
  }
};

TEST_F(VersionsTest, AnObjectIsSeenInBoth) {
  const auto made = create(kV1, "default", scaler("old", R"("targetCPUUtilizationPercentage":50)"));
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("apiVersion"), "autoscaling/v1");
  EXPECT_EQ(made.at("spec.targetCPUUtilizationPercentage"), "50");
  EXPECT_EQ(made.at("spec.minReplicas"), "1");
  const auto stored = get(kV2, "default", "old");
  EXPECT_EQ(stored.at("apiVersion"), "autoscaling/v2");
  EXPECT_THAT(stored.body, HasSubstr(R"("target":{"type":"Utilization","averageUtilization":50})"));
  EXPECT_EQ(stored.at("metadata.uid"), made.at("metadata.uid"));
  EXPECT_EQ(stored.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"));
}

TEST_F(VersionsTest, NothingIsLostOnTheWay) {
  ASSERT_EQ(create(kV2, "default", scaler("new", kMemory)).code, 201);
  const auto seen = get(kV1, "default", "new");
  EXPECT_THAT(seen.body, HasSubstr(R"("autoscaling.alpha.kubernetes.io/metrics":"[{)"));
  const auto updated = call("update", kV1, "default", "new", seen.body);
  ASSERT_EQ(updated.code, 200) << updated.body;
  EXPECT_EQ(updated.at("metadata.resourceVersion"), seen.at("metadata.resourceVersion"));
  const auto patched =
      call("patch", kV1, "default", "new", R"({"spec":{"maxReplicas":9}})", {}, kMerge);
  ASSERT_EQ(patched.code, 200) << patched.body;
  EXPECT_EQ(patched.at("apiVersion"), "autoscaling/v1");
  EXPECT_EQ(patched.at("spec.maxReplicas"), "9");
  const auto stored = get(kV2, "default", "new");
  EXPECT_THAT(stored.body, HasSubstr(R"("averageValue":"1Gi")"));
  EXPECT_THAT(stored.body, Not(HasSubstr("annotations")));
}

TEST_F(VersionsTest, OwnersInTheOtherAreKnown) {
  const auto apply = [](const char* path, const char* version, const std::string& who,
                        const std::string& spec, const std::string& force = "false") {
    const auto body = scaler("owned", spec);
    return call("patch", path, "default", "owned",
                R"({"apiVersion":"autoscaling/)" + std::string(version) +
                    R"(","kind":"HorizontalPodAutoscaler",)" + body.substr(1),
                {{"fieldManager", who}, {"force", force}}, "application/apply-patch+yaml");
  };
  const std::string half = R"("targetCPUUtilizationPercentage":50)";
  const auto made = apply(kV1, "v1", "one", half);
  ASSERT_EQ(made.code, 201) << made.body;
  const auto percent = [](int value) {
    return R"("metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":)"
           R"("Utilization","averageUtilization":)" + std::to_string(value) + "}}}]";
  };
  // The same in other words is no conflict.
  const auto same = apply(kV2, "v2", "two", percent(50));
  EXPECT_EQ(same.code, 200) << same.body;
  const auto conflict = apply(kV2, "v2", "two", percent(70));
  EXPECT_EQ(conflict.code, 409);
  EXPECT_THAT(conflict.at("message"),
              HasSubstr(R"(conflict with "one": .spec.targetCPUUtilizationPercentage)"));
  const auto forced = apply(kV2, "v2", "two", percent(70), "true");
  ASSERT_EQ(forced.code, 200) << forced.body;
  EXPECT_THAT(forced.at("metadata.managedFields"), Not(HasSubstr("f:targetCPU")));
  // An update takes what it changes from whoever has it, in whichever words.
  const auto updated =
      call("patch", kV1, "default", "owned", R"({"spec":{"targetCPUUtilizationPercentage":90}})",
           {{"fieldManager", "three"}}, kMerge);
  ASSERT_EQ(updated.code, 200) << updated.body;
  EXPECT_THAT(updated.at("metadata.managedFields"), HasSubstr("f:targetCPU"));
  EXPECT_THAT(updated.at("metadata.managedFields"), Not(HasSubstr("f:metrics")));
}

TEST_F(VersionsTest, MistakesAreThoseOfTheVersion) {
  const auto unknown =
      create(kV1, "default", scaler("bad", R"("metrics":[])"), {{"fieldValidation", "Strict"}});
  EXPECT_EQ(unknown.code, 400);
  EXPECT_THAT(unknown.body, HasSubstr(R"(unknown field \"spec.metrics\")"));
  ASSERT_EQ(create(kV1, "default", scaler("typed", R"("minReplicas":2)")).code, 201);
  const auto wrong = call("patch", kV1, "default", "typed",
                          R"({"spec":{"targetCPUUtilizationPercentage":"x"}})", {}, kMerge);
  EXPECT_EQ(wrong.code, 422);
  EXPECT_THAT(wrong.body, HasSubstr("spec.targetCPUUtilizationPercentage of type int32"));
  EXPECT_EQ(create(kV1, "default", scaler("typed", R"("minReplicas":2)")).code, 409);
}

TEST_F(VersionsTest, ListsDeletionsAndDryRuns) {
  ASSERT_EQ(create(kV2, "default", scaler("listed", kMemory)).code, 201);
  const auto list =
      call("list", kV1, "default", "", "", {{"fieldSelector", "metadata.name=listed"}});
  EXPECT_EQ(list.at("kind"), "HorizontalPodAutoscalerList");
  EXPECT_EQ(list.at("apiVersion"), "autoscaling/v1");
  EXPECT_THAT(list.body, HasSubstr("autoscaling.alpha.kubernetes.io/metrics"));
  const auto dry = create(kV1, "default", scaler("dry", R"("targetCPUUtilizationPercentage":7)"),
                          {{"dryRun", "All"}});
  EXPECT_EQ(dry.code, 201);
  EXPECT_EQ(dry.at("spec.targetCPUUtilizationPercentage"), "7");
  EXPECT_EQ(get(kV1, "default", "dry").code, 404);
  EXPECT_EQ(call("delete", kV1, "default", "listed").at("status"), "Success");
  EXPECT_EQ(get(kV2, "default", "listed").code, 404);
}

TEST_F(VersionsTest, WatchesShowTheVersion) {
  api::WatchRequest request;
  request.mutable_resource()->set_group("autoscaling");
  request.mutable_resource()->set_version("v1");
  request.mutable_resource()->set_resource("horizontalpodautoscalers");
  request.mutable_resource()->set_namespace_("default");
  (*request.mutable_query())["fieldSelector"] = "metadata.name=watched";
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> seen;
  auto reader = rpc::stream(
      tester().context().bus(), api::kWatch, request, {},
      [&](const api::WatchItem& item) {
        std::lock_guard lock(mutex);
        seen.push_back(item.object());
        changed.notify_all();
      },
      [](const Status&) {});
  ASSERT_EQ(create(kV2, "default", scaler("watched", kMemory)).code, 201);
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return !seen.empty(); }));
  reader->cancel();
  EXPECT_THAT(seen[0], HasSubstr(R"("apiVersion":"autoscaling/v1")"));
  EXPECT_THAT(seen[0], HasSubstr("autoscaling.alpha.kubernetes.io/metrics"));
}

}  // namespace
}  // namespace kubus::apiserver
