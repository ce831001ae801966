// What webhooks are told of a request.
#include <gmock/gmock.h>

#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

TEST_F(WebhooksTest, SeeNewObjectsBeforeAndAfterTheyAreFilledIn) {
  server_.on("/before", [](const std::string&) { return patch("[]"); });
  server_.on("/after", [](const std::string&) { return "\"allowed\":true"; });
  configure(kMutating, "before", hook("before", "/before"));
  configure(kValidating, "after", hook("after", "/after"));
  const auto made =
      create("/configmaps", "default",
             R"({"metadata":{"generateName":"w12-","uid":"mine","creationTimestamp":)"
             R"("2020-01-01T00:00:00Z"}})");
  ASSERT_EQ(made.code, 201) << made.body;
  const auto of = [&](const std::string& path, const std::string& field) {
    return json_text(json_at(server_.questions(path).back(), "request." + field));
  };
  for (const auto* field : {"uid", "creationTimestamp", "name"}) {
    const auto at = std::string("object.metadata.") + field;
    EXPECT_EQ(of("/before", at), "") << field;
    EXPECT_EQ(of("/after", at), made.at(std::string("metadata.") + field)) << field;
  }
  EXPECT_NE(made.at("metadata.uid"), "mine");
  EXPECT_EQ(of("/before", "name"), "");
  EXPECT_EQ(of("/after", "name"), made.at("metadata.name"));
}

TEST_F(WebhooksTest, AreToldHowAnObjectIsWritten) {
  server_.on("/how", [](const std::string&) { return "\"allowed\":true"; });
  configure(kValidating, "how",
            hook("how", "/how",
                 R"("rules":[{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],)"
                 R"("resources":["configmaps"]}])"));
  const auto option = [&](const char* name) {
    return json_text(
        json_at(server_.questions("/how").back(), std::string("request.options.") + name));
  };
  const auto apply = [] {
    return call("patch", "/configmaps", "default", "w13",
                R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w13"},)"
                R"("data":{"a":"b"}})",
                {{"fieldManager", "me"}, {"force", "true"}}, "application/apply-patch+yaml");
  };
  ASSERT_EQ(apply().code, 201);
  EXPECT_EQ(option("kind"), "CreateOptions");
  EXPECT_EQ(option("fieldManager"), "me");
  ASSERT_EQ(call("patch", "/configmaps", "default", "w13", R"({"data":{"a":"c"}})",
                 {{"fieldManager", "you"}}, kMerge)
                .code,
            200);
  EXPECT_EQ(option("kind"), "UpdateOptions");
  EXPECT_EQ(option("fieldManager"), "you");
  const auto uid = get("/configmaps", "default", "w13").at("metadata.uid");
  ASSERT_EQ(call("delete", "/configmaps", "default", "w13",
                 R"({"gracePeriodSeconds":7,"propagationPolicy":"Background","dryRun":["All"],)"
                 R"("preconditions":{"uid":")" +
                     uid + R"("}})")
                .code,
            200);
  EXPECT_EQ(option("kind"), "DeleteOptions");
  EXPECT_EQ(option("apiVersion"), "meta.k8s.io/v1");
  EXPECT_EQ(option("gracePeriodSeconds"), "7");
  EXPECT_EQ(option("propagationPolicy"), "Background");
  EXPECT_EQ(option("preconditions.uid"), uid);
  EXPECT_THAT(server_.questions("/how").back(), HasSubstr(R"("dryRun":["All"])"));
}

TEST_F(WebhooksTest, MayReadAndAnswerTheVersionBefore) {
  server_.on_whole("/beta", [](const std::string&) {
    return R"({"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","response":{)"
           R"("allowed":true,"patch":")" +
           encode_base64(R"([{"op":"add","path":"/data","value":{"by":"beta"}}])") + R"("}})";
  });
  configure(kMutating, "beta",
            hook("beta", "/beta", R"("admissionReviewVersions":["v9","v1beta1"])"));
  const auto made = config_map("w23");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("data.by"), "beta");
  EXPECT_EQ(asked("/beta", "apiVersion"), "admission.k8s.io/v1beta1");
  EXPECT_EQ(asked("/beta", "kind"), "AdmissionReview");
}

}  // namespace
}  // namespace kubus::apiserver
