// Rules of webhooks and policies that name another version of a resource than the one asked for.
#include <gmock/gmock.h>

#include "eventually.h"
#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WebhookVersionTest : public WebhooksTest {
 protected:
  static constexpr const char* kV1 = "autoscaling@v1/horizontalpodautoscalers";
  static constexpr const char* kV2 = "autoscaling@v2/horizontalpodautoscalers";
  static constexpr const char* kScalers = "horizontalpodautoscalers";
  static constexpr const char* kDefinitions = "apiextensions.k8s.io/customresourcedefinitions";

  static std::string scaler(const std::string& name) {
    return R"({"metadata":{"name":")" + name +
           R"("},"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"web",)"
           R"("apiVersion":"apps/v1"}}})";
  }
  void TearDown() override {
    WebhooksTest::TearDown();
    call("deletecollection", kV2, "default", "");
  }
  // The group, version and kind in a question.
  std::string told(const std::string& path, const std::string& field) const {
    const auto at = [&](const char* name) { return asked(path, "request." + field + "." + name); };
    return at("group") + "/" + at("version") + " " +
           (field.ends_with("ind") ? at("kind") : at("resource"));
  }
};

TEST_F(WebhookVersionTest, OldRulesAreAboutNewVersionsToo) {
  server_.on("/old", [](const std::string&) {
    return patch(
        R"([{"op":"add","path":"/spec/targetCPUUtilizationPercentage","value":70}])");
  });
  configure(kMutating, "old",
            hook("old", "/old",
                 rule("autoscaling", "v1", kScalers) +
                     R"(,"matchConditions":[{"name":"c","expression":)"
                     R"("request.kind.version == 'v1' && request.requestKind.version == 'v2' && )"
                     R"(object.apiVersion == 'autoscaling/v1'"}])"));
  const auto made = create(kV2, "default", scaler("new"));
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("apiVersion"), "autoscaling/v2");
  EXPECT_THAT(made.body, HasSubstr(R"("averageUtilization":70)")) << "the patch is converted back";
  EXPECT_EQ(told("/old", "kind"), "autoscaling/v1 HorizontalPodAutoscaler");
  EXPECT_EQ(told("/old", "resource"), "autoscaling/v1 horizontalpodautoscalers");
  EXPECT_EQ(told("/old", "requestKind"), "autoscaling/v2 HorizontalPodAutoscaler");
  EXPECT_EQ(told("/old", "requestResource"), "autoscaling/v2 horizontalpodautoscalers");
  EXPECT_EQ(asked("/old", "request.object.apiVersion"), "autoscaling/v1");
}

TEST_F(WebhookVersionTest, NewRulesAreAboutOldVersionsToo) {
  server_.on("/new", [](const std::string&) { return R"("allowed":false)"; });
  configure(kValidating, "new", hook("new", "/new", rule("autoscaling", "v2", "*")));
  const auto refused = create(kV1, "default", scaler("old"));
  EXPECT_EQ(refused.code, 400) << refused.body;
  EXPECT_EQ(asked("/new", "request.object.apiVersion"), "autoscaling/v2");
  EXPECT_EQ(told("/new", "requestKind"), "autoscaling/v1 HorizontalPodAutoscaler");
}

TEST_F(WebhookVersionTest, WhatIsAskedForComesFirstAndExactMeansThat) {
  server_.on("/any", [](const std::string&) { return R"("allowed":true)"; });
  server_.on("/exact", [](const std::string&) { return R"("allowed":false)"; });
  configure(kValidating, "any", hook("any", "/any", rule("*", "*", kScalers)));
  configure(kValidating, "exact",
            hook("exact", "/exact",
                 rule("autoscaling", "v2", kScalers) + R"(,"matchPolicy":"Exact")"));
  const auto made = create(kV1, "default", scaler("old"));
  EXPECT_EQ(made.code, 201) << made.body;
  EXPECT_THAT(server_.questions("/exact"), IsEmpty());
  EXPECT_EQ(asked("/any", "request.object.apiVersion"), "autoscaling/v1")
      << "an object is told in the version of the request";
  EXPECT_EQ(told("/any", "kind"), told("/any", "requestKind"));
}

TEST_F(WebhookVersionTest, CustomResourcesAreShownInTheirOtherVersions) {
  const auto version = [](const std::string& name, bool stored, const std::string& more) {
    return R"({"name":")" + name + R"(","served":true,"storage":)" + (stored ? "true" : "false") +
           R"(,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object",)"
           R"("properties":{"on":{"type":"boolean"},"by":{"type":"string"})" +
           more + "}}}}}}";
  };
  const auto defined =
      create(kDefinitions, "",
             R"({"metadata":{"name":"lamps.light.example.com"},"spec":{)"
             R"("group":"light.example.com","scope":"Namespaced",)"
             R"("names":{"plural":"lamps","kind":"Lamp"},"versions":[)" +
                 version("v1", true, R"(,"glow":{"type":"integer"})") + "," +
                 version("v2", false, R"(,"tint":{"type":"string","default":"warm"})") + "]}}");
  ASSERT_EQ(defined.code, 201) << defined.body;
  ASSERT_TRUE(testing::eventually([] {
    return get(kDefinitions, "", "lamps.light.example.com")
               .body.find(R"("type":"Established")") != std::string::npos;
  }));
  server_.on("/lamp", [](const std::string&) {
    return patch(R"([{"op":"add","path":"/spec/by","value":"hook"}])");
  });
  configure(kMutating, "lamp",
            hook("lamp", "/lamp", rule("light.example.com", "v2", "lamps", R"("CREATE")")));
  const auto made = create("light.example.com@v1/lamps", "default",
                           R"({"apiVersion":"light.example.com/v1","kind":"Lamp",)"
                           R"("metadata":{"name":"l"},"spec":{"on":true,"glow":3}})");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("apiVersion"), "light.example.com/v1");
  // Neither loses on the way what the other version has no place for.
  EXPECT_EQ(made.at("spec"), R"({"by":"hook","glow":3,"on":true})");
  EXPECT_EQ(asked("/lamp", "request.object.spec"), R"({"glow":3,"on":true})");
  EXPECT_EQ(asked("/lamp", "request.object.apiVersion"), "light.example.com/v2");
  EXPECT_EQ(told("/lamp", "kind"), "light.example.com/v2 Lamp");
  EXPECT_EQ(told("/lamp", "requestKind"), "light.example.com/v1 Lamp");
  call("delete", kDefinitions, "", "lamps.light.example.com");
}

TEST_F(WebhookVersionTest, PoliciesSeeTheVersionTheyName) {
  constexpr const char* kPolicies = "admissionregistration.k8s.io/validatingadmissionpolicies";
  constexpr const char* kBindings =
      "admissionregistration.k8s.io/validatingadmissionpolicybindings";
  const auto policy = [&](const std::string& match) {
    return create(kPolicies, "",
                  R"({"metadata":{"name":"old"},"spec":{"matchConstraints":{"resourceRules":[{)"
                  R"("operations":["CREATE"],"apiGroups":["autoscaling"],"apiVersions":["v1"],)"
                  R"("resources":["horizontalpodautoscalers"]}])" +
                      match +
                      R"(},"validations":[{"expression":"object.apiVersion != 'autoscaling/v1' || )"
                      R"(request.requestResource.version != 'v2'","message":"seen as v1"}]}})");
  };
  ASSERT_EQ(policy("").code, 201);
  ASSERT_EQ(create(kBindings, "",
                   R"({"metadata":{"name":"old"},"spec":{"policyName":"old",)"
                   R"("validationActions":["Deny"]}})")
                .code,
            201);
  const auto refused = create(kV2, "default", scaler("a"));
  EXPECT_EQ(refused.code, 422) << refused.body;
  EXPECT_THAT(refused.at("message"), HasSubstr("denied request: seen as v1"));
  EXPECT_EQ(create(kV1, "default", scaler("b")).code, 201);
  call("delete", kPolicies, "", "old");
  ASSERT_EQ(policy(R"(,"matchPolicy":"Exact")").code, 201);
  EXPECT_EQ(create(kV2, "default", scaler("c")).code, 201);
  call("delete", kPolicies, "", "old");
  call("delete", kBindings, "", "old");
}

}  // namespace
}  // namespace kubus::apiserver
