// APIServices: those of this server, and the servers of others.
#include <gmock/gmock.h>

#include "eventually.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

constexpr const char* kServices = "apiregistration.k8s.io/apiservices";

using AggregationTest = ApiTest;

TEST_F(AggregationTest, EveryGroupAndVersionHasALocalService) {
  const auto available = [](const std::string& name) {
    const auto service = get(kServices, "", name);
    return service.code == 200 &&
           service.body.find(R"("reason":"Local","message":"Local APIServices are always)") !=
               std::string::npos;
  };
  for (const auto* name : {"v1.", "v1.apps", "v1.autoscaling", "v2.autoscaling", "v1.batch"})
    EXPECT_TRUE(testing::eventually([&] { return available(name); })) << name;
  const auto apps = get(kServices, "", "v1.apps");
  EXPECT_EQ(apps.at("spec.groupPriorityMinimum"), "17800");
  EXPECT_EQ(apps.at("spec.versionPriority"), "15");
  EXPECT_EQ(get(kServices, "", "v1.apiregistration.k8s.io").code, 404);
}

TEST_F(AggregationTest, CustomKindsBringTheirServiceAndTakeItAway) {
  const auto made = create(
      "apiextensions.k8s.io/customresourcedefinitions", "",
      R"({"metadata":{"name":"gadgets.aggregation.example.com"},"spec":{"scope":"Namespaced",)"
      R"("group":"aggregation.example.com","names":{"plural":"gadgets","kind":"Gadget"},)"
      R"("versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":)"
      R"({"type":"object"}}}]}})");
  ASSERT_EQ(made.code, 201) << made.body;
  const auto code = [] { return get(kServices, "", "v1.aggregation.example.com").code; };
  EXPECT_TRUE(testing::eventually([&] { return code() == 200; }));
  EXPECT_THAT(get(kServices, "", "v1.aggregation.example.com").body,
              HasSubstr(R"("kube-aggregator.kubernetes.io/automanaged":"true")"));
  call("delete", "apiextensions.k8s.io/customresourcedefinitions", "",
       "gadgets.aggregation.example.com");
  EXPECT_TRUE(testing::eventually([&] { return code() == 404; }));
}

}  // namespace
}  // namespace kubus::apiserver
